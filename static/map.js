// For static files: finds an article's entry by its address, in the map that the export writes.
// It keeps an article under host and path, then query, as widget/urls.py writes them.
// `load` fetches a path of the site as text.
export const find = async (url, load) => {
  const { host, pathname, searchParams } = new URL(url);
  const path = host.replace(/^(www\.)+(?!$|:)|\.(?=:|$)|:(80|443)$/g, "")
    + encodeURI(pathname.replace(/\/+$/, "")).replace(/%25/g, "%").replace(/%../g, (code) => code.toUpperCase());
  let shard = 0;
  for (const it of path) shard = shard * 31 + it.charCodeAt() & 255;
  const { tracking, entries } = JSON.parse(await load(`/map/${shard}.json`));
  return entries[path]?.[`${searchParams}`.split("&")
    .filter((pair) => !RegExp(tracking, "i").test(pair)).sort().join("&")];
};
