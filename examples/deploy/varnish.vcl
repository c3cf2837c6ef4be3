# Varnish (7.1 or later) before Insights: answers are kept for a day, and dropped within a second
# of a change. In insights.toml:
#     purge = [{ kind = "varnish", url = "http://127.0.0.1:6081" }]
vcl 4.1;

import std;

backend insights {
  .host = "127.0.0.1";
  .port = "8000";
  .connect_timeout = 1s;
  .first_byte_timeout = 10s;
}

# Who may purge: every machine that runs the service, and where its commands are given.
acl purgers {
  "127.0.0.1";
  "::1";
}

sub vcl_recv {
  if (req.method == "PURGE") {
    # Behind a proxy on this machine every reader would have this machine's address.
    if (client.ip !~ purgers || req.http.X-Forwarded-For ~ ",") {
      return (synth(403, "Forbidden"));
    }
    if (req.http.Surrogate-Key !~ "^[a-z0-9-]+( [a-z0-9-]+)*$") {
      return (synth(400, "Name keys in Surrogate-Key"));
    }
    # A ban leaves nothing behind that could be served as stale.
    if (std.ban("obj.http.Surrogate-Key ~ (^|\s)("
        + regsuball(req.http.Surrogate-Key, " ", "|") + ")(\s|$)")) {
      return (synth(200, "purged"));
    }
    return (synth(500, std.ban_error()));
  }

  # Believed where trusted_proxies lists this Varnish, so none is passed on as a client sent it.
  unset req.http.X-Forwarded-Host;
  unset req.http.X-Forwarded-Prefix;
  unset req.http.Forwarded;

  # Editors' pages, the API, the doctor and what is for operators are answered by the service alone.
  if (req.url !~ "^/(panel|fragment|oembed|embed\.js|static|schema)(/|\?|$)") {
    return (pass);
  }
  # No answer below depends on these, and the service learns less of readers.
  unset req.http.Cookie;
  unset req.http.Referer;
  unset req.http.HX-Current-URL;
  unset req.http.Sec-Fetch-Dest;
}

sub vcl_backend_response {
  # What was taken down must not be shown once more, nor revalidated: no grace, no keep.
  set beresp.grace = 0s;
  set beresp.keep = 0s;
  if (beresp.http.Surrogate-Control ~ "max-age=\d+") {
    set beresp.ttl = std.duration(
      regsub(beresp.http.Surrogate-Control, "^.*max-age=(\d+).*$", "\1s"), 0s);
  }
}

sub vcl_deliver {
  # For this cache alone. To a browser the answer is as new as the last purge, so it has no age.
  unset resp.http.Surrogate-Control;
  unset resp.http.Surrogate-Key;
  unset resp.http.Age;
  unset resp.http.Via;
  unset resp.http.X-Varnish;
}
