# Varnish puts panels into pages by itself. Set the two backends.
vcl 4.1;

backend site { .host = "127.0.0.1"; .port = "8080"; }
backend insights { .host = "127.0.0.1"; .port = "8000"; .first_byte_timeout = 2s; }

sub vcl_recv {
  if (req.url ~ "^/insights/") {
    if (req.esi_level == 0) {
      return (synth(404));
    }
    set req.url = regsub(req.url, "^/insights", "");
    set req.backend_hint = insights;
    unset req.http.Cookie;
    unset req.http.Referer;
  } else {
    set req.backend_hint = site;
  }
}

sub vcl_backend_response {
  if (beresp.http.Content-Type ~ "^text/html" && bereq.backend == site) {
    set beresp.do_esi = true;
  }
  if (bereq.backend == insights) {
    set beresp.grace = 0s;   # what was withdrawn is not shown once more
    if (beresp.status >= 400) {
      return (error(beresp.status));
    }
  }
}

# Then the page stands without a panel. Before Varnish 7.3 onerror="continue" alone does not do it.
sub vcl_backend_error {
  if (bereq.backend == insights) {
    set beresp.status = 200;
    set beresp.ttl = 0s;
    set beresp.body = "";
    return (deliver);
  }
}
