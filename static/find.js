// For exported sites: finds the entry of an article's URL in the map. The key is the same as that of
// `normalize` in widget/entry/urls.py: host and path, which select the shard of the map, then the query.
export default async (address, load) => {
  const { host, pathname, searchParams } = new URL(address);
  let path = pathname.replace(/\/+(?=\/|$)/g, "");
  try {
    path = decodeURI(path.replace(/%25/g, "%2525")).normalize();
  } catch { /* escapes that are not UTF-8 stay as they are */ }
  path = host.replace(/^(www\.)+(?!$|:)|\.(?=:|$)|:(80|443)$/g, "")
    + encodeURI(path).replace(/%25/g, "%").replace(/%../g, (code) => code.toUpperCase());
  let shard = 0;
  for (const it of path) shard = shard * 31 + it.charCodeAt() & 255;
  const { tracking, entries } = JSON.parse(await load(`${shard}.json`));
  const pairs = [...searchParams].map((pair) => `${new URLSearchParams([pair.map((it) => it.normalize())])}`);
  return entries[path]?.[pairs.filter((pair) => !RegExp(tracking, "i").test(pair)).sort().join("&")];
};
