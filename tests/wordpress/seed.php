<?php
// Installs WordPress with the plugin, and writes the posts that standard input names;
// prints the number of each as JSON.
define( 'WP_INSTALLING', true );
require getenv( 'WORDPRESS_FOLDER' ) . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
add_filter( 'pre_wp_mail', '__return_true' );
wp_install( 'Harbor Courier', 'editor', 'editor@harborcourier.example', true, '', 'a password of the tests' );
$failed = activate_plugin( 'insights/insights.php' );
if ( is_wp_error( $failed ) ) {
	exit( $failed->get_error_message() );
}
update_option( 'insights_address', getenv( 'INSIGHTS_SERVICE' ) . '/' );
$numbers = array();
foreach ( json_decode( stream_get_contents( STDIN ), true ) as $name => $content ) {
	$numbers[ $name ] = wp_insert_post(
		array( 'post_title' => $name, 'post_content' => wp_slash( $content ), 'post_status' => 'publish', 'post_author' => 1 ),
		true
	);
}
echo wp_json_encode( array( 'address' => get_option( 'insights_address' ), 'posts' => $numbers ) );
