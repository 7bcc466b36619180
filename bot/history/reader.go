// Package history reads what Discord keeps of a guild: which channels and threads there are, and the
// messages in them. It only reads; what becomes of the pages is the caller's business.
package history

import (
	"log/slog"

	"tally/bot/directory"
	"tally/bot/rest"
	"tally/eventlog/snowflake"
)

// Reader reads one guild's history. It may be used by many goroutines, one for each channel.
type Reader struct {
	Guild     snowflake.ID
	Client    *rest.Client
	Directory *directory.Directory
	Log       *slog.Logger
}
