package export

import (
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"tally/eventlog/snowflake"
	"tally/projections"
)

// A row group is what is held in memory before it is written, and the rows that are handed over at once.
const (
	rowGroup = 1 << 18
	atOnce   = 1 << 10
)

// parquetRow is a row as Parquet has it.
type parquetRow struct {
	Guild    uint64 `parquet:"guild_id,dict"`
	Day      int32  `parquet:"day,date,delta"`
	Channel  uint64 `parquet:"channel_id,dict"`
	User     uint64 `parquet:"user_id,dict"`
	Messages uint64 `parquet:"messages,delta"`
}

type parquetFormat struct {
	to *parquet.GenericWriter[parquetRow]
}

func newParquet(to io.Writer) *parquetFormat {
	return &parquetFormat{parquet.NewGenericWriter[parquetRow](to,
		parquet.Compression(&zstd.Codec{}), parquet.MaxRowsPerRowGroup(rowGroup), parquet.CreatedBy("tally", "", ""))}
}

func (f *parquetFormat) guild(guild snowflake.ID, rows []projections.UserDay) error {
	some := make([]parquetRow, 0, atOnce)
	for len(rows) > 0 {
		some = some[:0]
		for _, r := range rows[:min(atOnce, len(rows))] {
			some = append(some, parquetRow{uint64(guild), int32(r.Day), uint64(r.Channel), uint64(r.User), r.Messages})
		}
		rows = rows[len(some):]
		if _, err := f.to.Write(some); err != nil {
			return err
		}
	}
	return nil
}

func (f *parquetFormat) end() error { return f.to.Close() }
