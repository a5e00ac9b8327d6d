-- Redirects of LOADTEST_LINKS links in an order that no cache foresees.
local links = tonumber(os.getenv("LOADTEST_LINKS"))
local requests = {}

init = function()
  math.randomseed(17)
  for i = 1, 65536 do
    requests[i] = wrk.format("GET", "/l" .. math.random(0, links - 1))
  end
end

local next = 0
request = function()
  next = next % 65536 + 1
  return requests[next]
end
