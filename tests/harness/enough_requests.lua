-- For wrk, which knows only seconds: after so many responses it asks for no more, and leaves the processors
-- to others.
local ENOUGH = 3000
local count = 0

function response()
  count = count + 1
  if count == ENOUGH then wrk.thread:stop() end
end
