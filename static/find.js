// In exported sites, beside the map: finds the entry of an article's address. The key is the one that
// `normalize` in widget/entry/urls.py makes: host and path, which say the part of the map, then the query.
export default async (address, load) => {
  const { host, pathname, searchParams } = new URL(address);
  let path = pathname.replace(/\/+(?=\/|$)/g, "");
  try {
    path = decodeURI(path.replace(/%25/g, "%2525")).normalize();
  } catch { /* the codes are of another encoding than UTF-8 and stay as they are */ }
  path = host.replace(/^(www\.)+(?!$|:)|\.(?=:|$)|:(80|443)$/g, "")
    + encodeURI(path).replace(/%25/g, "%").replace(/%../g, (code) => code.toUpperCase());
  let shard = 0;
  for (const it of path) shard = shard * 31 + it.charCodeAt() & 255;
  const { tracking, entries } = JSON.parse(await load(`${shard}.json`));
  const pairs = [...searchParams].map((pair) => `${new URLSearchParams([pair.map((it) => it.normalize())])}`);
  return entries[path]?.[pairs.filter((pair) => !RegExp(tracking, "i").test(pair)).sort().join("&")];
};
