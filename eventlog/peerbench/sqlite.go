package main

import (
	"database/sql"
	"errors"
	"path/filepath"

	_ "github.com/mattn/go-sqlite3" // "sqlite3"
	_ "modernc.org/sqlite"          // "sqlite"

	"tally/eventlog/snowflake"
)

// schema is what counting bots have: a count for each user and channel, what is known of the import, and
// here the events too, to count again from. They have no index on the message, so nothing tells a
// message that comes twice; with one each of the figures would be worse.
const schema = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS counts (user INTEGER, channel INTEGER, count INTEGER, PRIMARY KEY (user, channel)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS import_metadata (id INTEGER PRIMARY KEY, completed INTEGER, total INTEGER);
CREATE TABLE IF NOT EXISTS events (n INTEGER PRIMARY KEY, message INTEGER, channel INTEGER, author INTEGER, seen INTEGER, type INTEGER, marks INTEGER);
INSERT OR IGNORE INTO import_metadata VALUES (1, 0, 0)`

const (
	insertEvent = `INSERT INTO events (message, channel, author, seen, type, marks) VALUES (?, ?, ?, ?, ?, ?)`
	upsertCount = `INSERT INTO counts VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1`
	addImported = `UPDATE import_metadata SET total = total + ?`
	countEvents = `SELECT author, COUNT(*) FROM events WHERE type IN (0, 19) AND marks = 0 GROUP BY author`
)

// sqlitePeer is SQLite, by either driver.
type sqlitePeer struct {
	db             *sql.DB
	insert, upsert *sql.Stmt
}

func openSQLite(driver string) func(dir string) (peer, error) {
	return func(dir string) (peer, error) {
		db, err := sql.Open(driver, filepath.Join(dir, "events.sqlite"))
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(1) // a writer alone, and the pragmas are the connection's
		if _, err := db.Exec(schema); err != nil {
			return nil, errors.Join(err, db.Close())
		}
		s := &sqlitePeer{db: db}
		s.insert, err = db.Prepare(insertEvent)
		if err == nil {
			s.upsert, err = db.Prepare(upsertCount)
		}
		return s, err
	}
}

func (s *sqlitePeer) append(pages []page) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after a commit
	insert, upsert, n := tx.Stmt(s.insert), tx.Stmt(s.upsert), 0
	for _, p := range pages {
		for _, m := range p {
			if _, err := insert.Exec(int64(m.id), int64(m.channel), int64(m.author), int64(m.seen), m.kind, m.marks); err != nil {
				return err
			}
			if !m.countable() {
				continue
			}
			if _, err := upsert.Exec(int64(m.author), int64(m.channel)); err != nil {
				return err
			}
		}
		n += len(p)
	}
	if _, err := tx.Exec(addImported, n); err != nil {
		return err
	}
	return tx.Commit()
}

func (s *sqlitePeer) finish() error {
	_, err := s.db.Exec(`UPDATE import_metadata SET completed = 1`)
	return err
}

func (s *sqlitePeer) recount() (map[snowflake.ID]uint64, error) {
	rows, err := s.db.Query(countEvents)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	counts := map[snowflake.ID]uint64{}
	for rows.Next() {
		var author int64
		var n uint64
		if err := rows.Scan(&author, &n); err != nil {
			return nil, err
		}
		counts[snowflake.ID(author)] = n
	}
	return counts, rows.Err()
}

func (s *sqlitePeer) live(m message) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Stmt(s.insert).Exec(int64(m.id), int64(m.channel), int64(m.author), int64(m.seen), m.kind, m.marks); err != nil {
		return err
	}
	if _, err := tx.Stmt(s.upsert).Exec(int64(m.author), int64(m.channel)); err != nil {
		return err
	}
	return tx.Commit()
}

func (s *sqlitePeer) used() (used int64, err error) {
	if _, err := s.db.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return 0, err
	}
	err = s.db.QueryRow(`SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size`).Scan(&used)
	return used, err
}

func (s *sqlitePeer) close() error { return s.db.Close() }
