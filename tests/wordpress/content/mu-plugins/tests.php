<?php
// The service of the tests runs on loopback, on a port that WordPress asks nobody at.
add_filter( 'http_request_host_is_external', '__return_true' );
add_filter( 'http_allowed_safe_ports', fn( $ports ) => array( ...$ports, (int) parse_url( getenv( 'INSIGHTS_SERVICE' ), PHP_URL_PORT ) ) );
// ?without shows a page as if the plugin were not there.
if ( isset( $_GET['without'] ) ) {
	add_filter( 'option_active_plugins', '__return_empty_array' );
}
// Debian's WordPress 6.1 is older than its PHP, which says so at length.
error_reporting( E_ALL & ~E_DEPRECATED );
