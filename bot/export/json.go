package export

import (
	"bufio"
	"encoding/json"
	"fmt"

	"tally/eventlog/snowflake"
	"tally/projections"
)

// jsonFormat writes a guild's object row by row: all of it at once would need its memory twice.
type jsonFormat struct{ to *bufio.Writer }

// jsonRow is a row as JSON has it.
type jsonRow struct {
	Day      projections.Day `json:"day"`
	Channel  snowflake.ID    `json:"channel_id"`
	User     snowflake.ID    `json:"user_id"`
	Messages uint64          `json:"messages"`
}

func (f jsonFormat) guild(guild snowflake.ID, rows []projections.UserDay) error {
	sum := uint64(0)
	for _, r := range rows {
		sum += r.Messages
	}
	if _, err := fmt.Fprintf(f.to, `{"guild_id":"%s","messages":%d,"rows":[`, guild, sum); err != nil {
		return err
	}
	for i, r := range rows {
		b, err := json.Marshal(jsonRow(r))
		if err != nil {
			return err
		}
		if i > 0 {
			b = append([]byte{','}, b...)
		}
		if _, err := f.to.Write(b); err != nil {
			return err
		}
	}
	_, err := f.to.WriteString("]}\n")
	return err
}

func (jsonFormat) end() error { return nil }
