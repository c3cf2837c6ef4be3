-- A script for wrk: every request gets a value of its own where a header says {new}, so that the
-- server cannot have seen its head before. 32 hexadecimal digits.

local before, after
local count = 0
local seed

function init()
  before, after = wrk.format():match("^(.*){new}(.*)$")
  seed = string.format("%016x", os.time())
end

function request()
  count = count + 1
  return before .. string.format("%s%016x", seed, count) .. after
end
