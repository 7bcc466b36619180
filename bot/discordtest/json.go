package discordtest

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"tally/eventlog/snowflake"
)

// appendString appends a JSON string.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			q, _ := json.Marshal(s) // a string always encodes
			return append(b, q...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// appendID appends an id as a JSON string.
func appendID(b []byte, id snowflake.ID) []byte {
	b = append(b, '"')
	b = strconv.AppendUint(b, uint64(id), 10)
	return append(b, '"')
}

// appendTime appends a time in Unix microseconds the way Discord writes it:
// "2022-06-19T08:20:18.241000+00:00".
func appendTime(b []byte, us int64) []byte {
	days, rest := us/86_400_000_000, us%86_400_000_000
	if rest < 0 {
		days, rest = days-1, rest+86_400_000_000
	}
	y, m, d := civil(days)
	sec, micro := rest/1_000_000, rest%1_000_000
	b = append(b, '"')
	b = appendDigits(b, y, 4)
	b = append(b, '-')
	b = appendDigits(b, m, 2)
	b = append(b, '-')
	b = appendDigits(b, d, 2)
	b = append(b, 'T')
	b = appendDigits(b, int(sec/3600), 2)
	b = append(b, ':')
	b = appendDigits(b, int(sec/60%60), 2)
	b = append(b, ':')
	b = appendDigits(b, int(sec%60), 2)
	b = append(b, '.')
	b = appendDigits(b, int(micro), 6)
	return append(b, `+00:00"`...)
}

// civil turns days since 1970 into a date (Howard Hinnant's days_from_civil, backwards); it is
// several times as fast as time.Format.
func civil(days int64) (year, month, day int) {
	z := days + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d := doy - (153*mp+2)/5 + 1
	m := mp + 3
	if m > 12 {
		m -= 12
	}
	y := yoe + era*400
	if m <= 2 {
		y++
	}
	return int(y), int(m), int(d)
}

func appendDigits(b []byte, n, width int) []byte {
	var d [6]byte
	for i := width - 1; i >= 0; i-- {
		d[i] = byte('0' + n%10)
		n /= 10
	}
	return append(b, d[:width]...)
}

// stamp is a time that is written in Discord's form, with microseconds.
type stamp time.Time

func (t stamp) MarshalJSON() ([]byte, error) {
	return appendTime(nil, time.Time(t).UnixMicro()), nil
}

// mustJSON encodes what can't fail to encode.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("discordtest: " + err.Error())
	}
	return b
}

// idOrNull returns nil, hence JSON null, for the zero id.
func idOrNull(id snowflake.ID) *snowflake.ID {
	if id == 0 {
		return nil
	}
	return &id
}
