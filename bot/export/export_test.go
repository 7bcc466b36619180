package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"tally/eventlog/snowflake"
	"tally/projections"
)

// line is a row as it is read back, whatever the format.
type line struct {
	guild, day, channel, user string
	messages                  uint64
}

// tables are the rows of several guilds.
type tables map[snowflake.ID][]projections.UserDay

// lines says what must be read back.
func (all tables) lines(order []snowflake.ID) (want []line) {
	for _, g := range order {
		for _, r := range all[g] {
			day := time.Unix(0, 0).UTC().AddDate(0, 0, int(r.Day)).Format(time.DateOnly)
			want = append(want, line{fmt.Sprint(uint64(g)), day, fmt.Sprint(uint64(r.Channel)), fmt.Sprint(uint64(r.User)), r.Messages})
		}
	}
	return want
}

func write(t interface{ Fatal(...any) }, format string, order []snowflake.ID, all tables) []byte {
	var b bytes.Buffer
	w := New(&b, format)
	for _, g := range order {
		if err := w.Write(g, all[g]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readers read the formats back as any program would.
var readers = map[string]func(b []byte) ([]line, error){
	CSV: func(b []byte) (got []line, err error) {
		rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err != nil || strings.Join(rows[0], " ") != "guild_id day channel_id user_id messages" {
			return nil, fmt.Errorf("%v, %v", rows, err)
		}
		for _, r := range rows[1:] {
			n, err := strconv.ParseUint(r[4], 10, 64)
			if err != nil {
				return nil, err
			}
			got = append(got, line{r[0], r[1], r[2], r[3], n})
		}
		return got, nil
	},
	JSON: func(b []byte) (got []line, err error) {
		for in := json.NewDecoder(bytes.NewReader(b)); ; {
			var guild struct {
				ID       string `json:"guild_id"`
				Messages uint64 `json:"messages"`
				Rows     []struct {
					Day      string `json:"day"`
					Channel  string `json:"channel_id"`
					User     string `json:"user_id"`
					Messages uint64 `json:"messages"`
				} `json:"rows"`
			}
			if err := in.Decode(&guild); err == io.EOF {
				return got, nil
			} else if err != nil {
				return nil, err
			}
			for _, r := range guild.Rows {
				got = append(got, line{guild.ID, r.Day, r.Channel, r.User, r.Messages})
				guild.Messages -= r.Messages
			}
			if guild.Messages != 0 {
				return nil, fmt.Errorf("the sum is wrong by %d", guild.Messages)
			}
		}
	},
	Parquet: func(b []byte) (got []line, err error) {
		rows, err := parquet.Read[struct {
			Guild    uint64 `parquet:"guild_id"`
			Day      int32  `parquet:"day,date"`
			Channel  uint64 `parquet:"channel_id"`
			User     uint64 `parquet:"user_id"`
			Messages uint64 `parquet:"messages"`
		}](bytes.NewReader(b), int64(len(b)))
		for _, r := range rows {
			day := time.Unix(int64(r.Day)*24*60*60, 0).UTC().Format(time.DateOnly)
			got = append(got, line{fmt.Sprint(r.Guild), day, fmt.Sprint(r.Channel), fmt.Sprint(r.User), r.Messages})
		}
		return got, err
	},
}

// TestFormats reads back whatever is written, of any number of guilds.
func TestFormats(t *testing.T) {
	for format, read := range readers {
		t.Run(format, rapid.MakeCheck(func(t *rapid.T) {
			id := rapid.Custom(func(t *rapid.T) snowflake.ID { return snowflake.ID(rapid.Uint64().Draw(t, "id")) })
			all := tables(rapid.MapOfN(id, rapid.SliceOfN(rapid.Custom(func(t *rapid.T) projections.UserDay {
				return projections.UserDay{
					Day: projections.Day(rapid.IntRange(16436, 60000).Draw(t, "day")), Channel: id.Draw(t, "channel"), User: id.Draw(t, "user"),
					Messages: rapid.Uint64Range(1, 1<<40).Draw(t, "messages"),
				}
			}), 0, 20), 0, 3).Draw(t, "tables"))
			var order []snowflake.ID
			for g := range all {
				order = append(order, g)
			}
			slices.Sort(order)
			b := write(t, format, order, all)
			got, err := read(b)
			if want := all.lines(order); err != nil || !slices.Equal(got, want) {
				t.Fatalf("%v\n%v, want\n%v\n%q", err, got, want, b)
			}
			if again := write(t, format, order, all); !bytes.Equal(again, b) {
				t.Fatal("the same rows make another file")
			}
		}))
	}
}

// TestManyRows writes more rows than a row group of Parquet holds.
func TestManyRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	rows := make([]projections.UserDay, rowGroup+atOnce+1)
	for i := range rows {
		rows[i] = projections.UserDay{Day: projections.Day(18000 + i/1000), Channel: snowflake.ID(rng.Uint64() | 1), User: snowflake.ID(1<<60 + rng.Uint64N(500)), Messages: 1 + rng.Uint64N(9)}
	}
	all := tables{5: rows}
	for format, read := range readers {
		if got, err := read(write(t, format, []snowflake.ID{5}, all)); err != nil || !slices.Equal(got, all.lines([]snowflake.ID{5})) {
			t.Errorf("%s: %d rows, %v", format, len(got), err)
		}
	}
}

// TestParquetColumns holds the types by which other programs know ids and days.
func TestParquetColumns(t *testing.T) {
	b := write(t, Parquet, []snowflake.ID{5}, tables{5: {{Day: 1, Channel: 2, User: 3, Messages: 4}}})
	file, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range file.Schema().Fields() {
		got = append(got, f.Name()+" "+f.Type().String())
	}
	want := []string{"guild_id INT(64,false)", "day DATE", "channel_id INT(64,false)", "user_id INT(64,false)", "messages INT(64,false)"}
	if !slices.Equal(got, want) {
		t.Errorf("columns %q, want %q", got, want)
	}
}
