package archive

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

// export is what of an export's fields matters here.
type (
	exportGuild   struct{ ID text }
	exportChannel struct {
		ID, Type   text
		CategoryID text // a thread's channel; else a category
	}
	exportMessage struct {
		ID, Type text
		Author   struct {
			ID    text
			IsBot bool
		}
	}
)

// text is a JSON string or number, as text. Anything else is empty.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = text(s)
	case b[0] == '-' || b[0] >= '0' && b[0] <= '9':
		*t = text(b)
	default:
		*t = ""
	}
	return nil
}

// readExport reads DiscordChatExporter's JSON: an object in which guild and channel come before messages.
func readExport(in io.Reader, c *collector) error {
	dec := json.NewDecoder(in)
	if _, err := dec.Token(); err != nil {
		return err
	}
	var guild exportGuild
	var channel exportChannel
	read := false
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		switch key {
		case "guild":
			err = dec.Decode(&guild)
		case "channel":
			err = dec.Decode(&channel)
		case "messages":
			if c.place, err = placeOf(guild, channel); err == nil {
				err = readMessages(dec, c)
			}
			read = true
		default:
			err = pass(dec)
		}
		if err != nil {
			return oddly(err, guild.ID != "")
		}
	}
	if _, err := dec.Token(); err != nil {
		return oddly(err, guild.ID != "")
	}
	if !read {
		return ErrNotArchive
	}
	return nil
}

// oddly tells a broken export from JSON of another kind.
func oddly(err error, export bool) error {
	var wrong *json.UnmarshalTypeError
	if !export || errors.As(err, &wrong) {
		return ErrNotArchive
	}
	return err
}

// placeOf reads the place. Direct messages have a guild too, with the id 0.
func placeOf(guild exportGuild, channel exportChannel) (p Place, err error) {
	if guild.ID == "" || channel.ID == "" {
		return p, ErrNotArchive
	}
	if p.Guild, err = snowflake.Parse(string(guild.ID)); err != nil {
		return p, ErrNotArchive
	}
	if p.Channel, err = snowflake.Parse(string(channel.ID)); err != nil {
		return p, ErrNotArchive
	}
	if p.Guild == 0 {
		return p, ErrDirect
	}
	switch channel.Type {
	case "GuildNewsThread", "GuildPublicThread", "GuildPrivateThread", "10", "11", "12":
		p.Thread = true
		p.Parent, _ = snowflake.Parse(string(channel.CategoryID)) // 0 where it isn't said
	}
	return p, nil
}

func readMessages(dec *json.Decoder, c *collector) error {
	return eachOf(dec, c, func(m *exportMessage) error {
		kind, ok := typeNumber(string(m.Type))
		if !ok {
			c.skip(unknownType(strconv.Quote(string(m.Type))))
			return nil
		}
		return c.add(string(m.ID), string(m.Author.ID), discord.Message{Type: kind, Bot: m.Author.IsBot})
	})
}

// eachOf reads an array one element at a time.
func eachOf[T any](dec *json.Decoder, c *collector, take func(*T) error) error {
	if begin, err := dec.Token(); err != nil {
		return err
	} else if begin != json.Delim('[') {
		return ErrNotArchive
	}
	for dec.More() {
		var m T
		err := dec.Decode(&m)
		if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
			c.skip(NotMessage)
			continue
		}
		if err == nil {
			err = take(&m)
		}
		if err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

// pass leaves out a value of any size.
func pass(dec *json.Decoder) error {
	for depth := 0; ; {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}
