package export

import (
	"bufio"
	"strconv"

	"tally/eventlog/snowflake"
	"tally/projections"
)

// csvFormat writes digits, days and commas.
type csvFormat struct {
	to     *bufio.Writer
	headed bool
	line   []byte
}

func (f *csvFormat) head() error {
	if f.headed {
		return nil
	}
	f.headed = true
	_, err := f.to.WriteString("guild_id,day,channel_id,user_id,messages\n")
	return err
}

func (f *csvFormat) guild(guild snowflake.ID, rows []projections.UserDay) error {
	if err := f.head(); err != nil {
		return err
	}
	for _, r := range rows {
		b := strconv.AppendUint(f.line[:0], uint64(guild), 10)
		b = append(append(b, ','), r.Day.String()...)
		b = strconv.AppendUint(append(b, ','), uint64(r.Channel), 10)
		b = strconv.AppendUint(append(b, ','), uint64(r.User), 10)
		b = strconv.AppendUint(append(b, ','), r.Messages, 10)
		f.line = append(b, '\n')
		if _, err := f.to.Write(f.line); err != nil {
			return err
		}
	}
	return nil
}

func (f *csvFormat) end() error { return f.head() }
