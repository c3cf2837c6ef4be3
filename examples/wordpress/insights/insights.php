<?php
/**
 * Plugin Name:       Insights
 * Description:       Insights panels as a block, as a shortcode and by pasting a panel's address.
 * Version:           1.0.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * License:           MIT
 *
 * @package Insights
 */

declare( strict_types=1 );

namespace Insights;

defined( 'ABSPATH' ) || exit;

const OPTION     = 'insights_address';
const ATTRIBUTES = array( 'entry', 'theme', 'open', 'lang', 'heading-level' );

/** Returns the service's address without a slash at its end; empty until it is set. */
function address(): string {
	return untrailingslashit( (string) get_option( OPTION, 'https://insights.example' ) );
}

/** Keeps what is an http(s) address, and nothing else. */
function clean_address( $given ): string {
	return untrailingslashit( esc_url_raw( trim( (string) $given ), array( 'http', 'https' ) ) );
}

/** Returns the panel's element. Without an entry, the panel of the post's own address. */
function panel( array $chosen ): string {
	if ( '' === address() ) {
		return '';
	}
	wp_enqueue_script( 'insights' );
	$chosen = array_filter( array_intersect_key( $chosen, array_flip( ATTRIBUTES ) ), 'is_scalar' );
	$chosen = array_filter( array_map( 'strval', $chosen ), 'strlen' );
	$link   = address() . '/panel/' . rawurlencode( $chosen['entry'] ?? '' );
	if ( ! isset( $chosen['entry'] ) ) {
		$chosen['url'] = (string) get_permalink();
		$link          = address() . '/panel?url=' . rawurlencode( $chosen['url'] );
	}
	$html = '';
	foreach ( $chosen as $name => $value ) {
		$html .= sprintf( ' %s="%s"', $name, esc_attr( $value ) );
	}
	return sprintf(
		'<insights-widget%s><a href="%s">%s</a></insights-widget>',
		$html,
		esc_url( $link ),
		esc_html__( 'Insights on this article', 'insights' )
	);
}

/** The shortcode: [insights entry="ferry-fares" open="ideas"], or [insights]. */
function shortcode( $given ): string {
	$given = (array) $given;
	if ( isset( $given['heading_level'] ) ) {
		$given['heading-level'] = $given['heading_level'];
	}
	return panel( $given );
}

/** The block, as the server renders it. */
function block( array $given ): string {
	$given['heading-level'] = $given['headingLevel'] ?? '';
	return panel( $given );
}

add_action(
	'init',
	function (): void {
		// Its version is the service's concern: the address stays the same.
		wp_register_script( 'insights', address() . '/embed.js', array(), null, array( 'strategy' => 'async', 'in_footer' => true ) ); // phpcs:ignore WordPress.WP.EnqueuedResourceParameters
		register_block_type( __DIR__ . '/panel', array( 'render_callback' => __NAMESPACE__ . '\block' ) );
		add_shortcode( 'insights', __NAMESPACE__ . '\shortcode' );
		if ( '' !== address() ) {
			// A provider that WordPress knows is trusted: its frame is neither filtered nor sandboxed.
			wp_oembed_add_provider( address() . '/panel/*', address() . '/oembed' );
		}
	}
);

// The frame of a pasted address is sized by the same script.
add_filter(
	'embed_oembed_html',
	function ( $html, $url ) {
		if ( '' !== address() && 0 === strpos( (string) $url, address() . '/panel/' ) ) {
			wp_enqueue_script( 'insights' );
		}
		return $html;
	},
	10,
	2
);

add_action(
	'admin_init',
	function (): void {
		register_setting(
			'writing',
			OPTION,
			array(
				'type'              => 'string',
				'sanitize_callback' => __NAMESPACE__ . '\clean_address',
			)
		);
		add_settings_field(
			OPTION,
			esc_html__( 'Address of Insights', 'insights' ),
			function (): void {
				printf(
					'<input type="url" class="regular-text code" id="%1$s" name="%1$s" value="%2$s">',
					esc_attr( OPTION ),
					esc_attr( address() )
				);
			},
			'writing',
			'default',
			array( 'label_for' => OPTION )
		);
	}
);
