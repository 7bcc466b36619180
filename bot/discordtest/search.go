package discordtest

import (
	"strconv"

	"tally/eventlog/snowflake"
)

// limitedContents is the application flag of a bot in few servers that may read contents.
const limitedContents = 1 << 19

func (s *Server) applicationFlags() int {
	if s.opts.AllowedIntents&IntentMessageContent == 0 {
		return 0
	}
	return limitedContents
}

// search answers with the total of what the bot can read below max_id, and with no message: the total is all
// that an estimate needs.
func (c *call) search() *apiError {
	before := ^snowflake.ID(0)
	if v := c.r.URL.Query().Get("max_id"); v != "" {
		id, err := strconv.ParseUint(v, 10, 64)
		if err != nil {
			return formError("max_id", "NUMBER_TYPE_COERCE", "Value is not snowflake.")
		}
		before = snowflake.ID(id)
	}
	return c.inGuild(func(g *Guild) (any, *apiError) {
		if c.s.applicationFlags() == 0 {
			return nil, errMissingAccess
		}
		total := 0
		for _, ch := range g.channels {
			if !ch.readable() || ch.perms&PermReadMessageHistory == 0 {
				continue
			}
			for _, r := range ch.rows.list[:ch.rows.above(before)] {
				if !r.dead {
					total++
				}
			}
		}
		return map[string]any{"doing_deep_historical_index": false, "total_results": total, "messages": []any{}}, nil
	})
}
