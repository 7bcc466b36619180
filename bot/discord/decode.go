package discord

import (
	"encoding/json"
	"fmt"

	"tally/eventlog/snowflake"
)

// DecodeError says which message of a page can't be understood, and where.
type DecodeError struct {
	Index  int    // position in the array; -1 for a message on its own, or for the array itself
	Offset int    // byte at which it was noticed
	Reason string // what is wrong there
}

// Error names the message, the byte and the cause.
func (e *DecodeError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("message JSON at byte %d: %s", e.Offset, e.Reason)
	}
	return fmt.Sprintf("message %d of the page, at byte %d: %s", e.Index, e.Offset, e.Reason)
}

const badJSON = "not valid JSON"

// DecodeMessage reads one message object, such as the payload of MESSAGE_CREATE. The message must have
// an id, a channel_id and an author with an id. An error is a *[DecodeError]. It keeps nothing of b.
func DecodeMessage(b []byte) (Message, error) {
	d := decoder{b: b}
	var m Message
	end := d.message(&m, skipSpace(b, 0))
	if end >= 0 {
		end = d.end(end)
	}
	if end < 0 {
		return Message{}, d.fail(-1, ^end)
	}
	return m, nil
}

// AppendMessages reads a history page, an array of messages or null, and appends them to dst in the
// order of the page. On an error, a *[DecodeError], dst is returned as it was. It keeps nothing of b.
func AppendMessages(dst []Message, b []byte) ([]Message, error) {
	d := decoder{b: b}
	n := len(dst)
	out, index, end := d.page(dst, skipSpace(b, 0))
	if end < 0 {
		return dst[:n], d.fail(index, ^end)
	}
	return out, nil
}

// decoder reads messages from b. Its methods take an offset and return the one behind what they
// read, or ^offset of an error, whose reason they leave in why.
type decoder struct {
	b   []byte
	why string
}

func (d *decoder) fail(index, at int) error {
	if d.why == "" {
		d.why = badJSON
	}
	return &DecodeError{Index: index, Offset: at, Reason: d.why}
}

// bad records the reason of an error at byte i.
func (d *decoder) bad(i int, why string) int {
	d.why = why
	return ^i
}

// end checks that only space is left behind i.
func (d *decoder) end(i int) int {
	if i = skipSpace(d.b, i); i != len(d.b) {
		return d.bad(i, "more data after the end")
	}
	return i
}

// page reads an array of messages. index is the message in work when an error was met, else -1.
func (d *decoder) page(dst []Message, i int) (out []Message, index, end int) {
	b := d.b
	if i < len(b) && b[i] == 'n' {
		if i = skipLiteral(b, i, "null"); i >= 0 {
			i = d.end(i)
		}
		return dst, -1, i
	}
	if i >= len(b) || b[i] != '[' {
		return dst, -1, d.bad(i, "a page is an array or null")
	}
	i = skipSpace(b, i+1)
	if i < len(b) && b[i] == ']' {
		return dst, -1, d.end(i + 1)
	}
	for index = 0; ; index++ {
		var m Message
		if i = d.message(&m, i); i < 0 {
			return dst, index, i
		}
		dst = append(dst, m)
		if i = skipSpace(b, i); i >= len(b) {
			return dst, index, ^i
		}
		switch b[i] {
		case ',':
			i = skipSpace(b, i+1)
		case ']':
			return dst, -1, d.end(i + 1)
		default:
			return dst, index, ^i
		}
	}
}

// message reads one message object at i. Only keys at its top level count: referenced_message,
// mentions, thread and others hold objects with the same keys.
func (d *decoder) message(m *Message, i int) int {
	start := i
	i = d.object(i, "a message is an object", func(key []byte, i int) int {
		switch string(key) {
		case "id":
			return d.id(&m.ID, i, "id")
		case "channel_id":
			return d.id(&m.Channel, i, "channel_id")
		case "guild_id":
			return d.id(&m.Guild, i, "guild_id")
		case "webhook_id":
			return d.id(&m.Webhook, i, "webhook_id")
		case "type":
			return d.int(&m.Type, i, "type")
		case "flags":
			return d.int(&m.Flags, i, "flags")
		case "author":
			return d.author(m, i)
		}
		return skipValue(d.b, i, 1)
	})
	switch {
	case i < 0:
	case m.ID == 0:
		return d.bad(start, "it has no id")
	case m.Channel == 0:
		return d.bad(start, "it has no channel_id")
	case m.Author == 0:
		return d.bad(start, "it has no author")
	}
	return i
}

// author reads the author's object at i into m.
func (d *decoder) author(m *Message, i int) int {
	m.Author, m.Bot, m.System = 0, false, false
	if i < len(d.b) && d.b[i] == 'n' {
		return skipLiteral(d.b, i, "null")
	}
	return d.object(i, "author is not an object", func(key []byte, i int) int {
		switch string(key) {
		case "id":
			return d.id(&m.Author, i, "author.id")
		case "bot":
			return d.bool(&m.Bot, i, "author.bot")
		case "system":
			return d.bool(&m.System, i, "author.system")
		}
		return skipValue(d.b, i, 2)
	})
}

// object reads an object at i and gives each key with the offset of its value to field.
func (d *decoder) object(i int, not string, field func(key []byte, i int) int) int {
	b := d.b
	if i >= len(b) || b[i] != '{' {
		return d.bad(i, not)
	}
	i = skipSpace(b, i+1)
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return ^i
		}
		end, escaped := skipString(b, i)
		if end < 0 {
			return end
		}
		key := b[i+1 : end-1]
		if escaped {
			key = unquote(b[i:end])
		}
		if i = skipSpace(b, end); i >= len(b) || b[i] != ':' {
			return ^i
		}
		if i = field(key, skipSpace(b, i+1)); i < 0 {
			return i
		}
		if i = skipSpace(b, i); i >= len(b) {
			return ^i
		}
		switch b[i] {
		case ',':
			i = skipSpace(b, i+1)
		case '}':
			return i + 1
		default:
			return ^i
		}
	}
}

// unquote undoes the escapes of a string that is known to be valid JSON.
func unquote(quoted []byte) []byte {
	var s string
	_ = json.Unmarshal(quoted, &s)
	return []byte(s)
}

// id reads an id at i: a string of digits, a number, or null for none.
func (d *decoder) id(to *snowflake.ID, i int, name string) int {
	b := d.b
	if i < len(b) && b[i] == '"' {
		if n, j := digits(b, i+1); j > i+1 && j < len(b) && b[j] == '"' {
			*to = snowflake.ID(n)
			return j + 1
		}
	}
	return plain(d, to, i, name+" is not a Discord id")
}

// int reads an integer at i; null is 0.
func (d *decoder) int(to *int, i int, name string) int {
	b := d.b
	if n, j := digits(b, i); j > i && j-i < 18 && b[i] != '0' || j == i+1 {
		if j < len(b) && (b[j] == ',' || b[j] == '}') {
			*to = int(n)
			return j
		}
	}
	return plain(d, to, i, name+" is not an integer")
}

// digits reads up to 19 digits, which can't overflow.
func digits(b []byte, i int) (n uint64, end int) {
	for end = i; end < len(b) && end-i < 19 && b[end]-'0' <= 9; end++ {
		n = n*10 + uint64(b[end]-'0')
	}
	return n, end
}

// bool reads true, false, or null for false.
func (d *decoder) bool(to *bool, i int, name string) int {
	if i < len(d.b) && d.b[i] == 't' {
		*to = true
		return skipLiteral(d.b, i, "true")
	}
	return plain(d, to, i, name+" is not true or false")
}

// plain is the slow and general way: it hands the value at i to encoding/json.
func plain[T any](d *decoder, to *T, i int, not string) int {
	end := skipValue(d.b, i, 1)
	if end < 0 {
		return end
	}
	var v T // null leaves it zero
	if err := json.Unmarshal(d.b[i:end], &v); err != nil {
		return d.bad(i, not)
	}
	*to = v
	return end
}
