package discordtest

import (
	"strconv"
	"sync"

	"tally/eventlog/snowflake"
)

// user is whoever can be the author of a message: a person, a bot or a webhook.
type user struct {
	id      snowflake.ID
	name    string
	bot     bool
	webhook bool
}

// userTable numbers the users, so that a stored message needs four bytes for its author. Users are
// never taken away. Each user's JSON is made once.
type userTable struct {
	mu   sync.RWMutex
	list []user
	json [][]byte
	byID map[snowflake.ID]uint32
}

func newUserTable() *userTable { return &userTable{byID: map[snowflake.ID]uint32{}} }

// add returns the user's number, a new one if its id is new.
func (t *userTable) add(u user) uint32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n, ok := t.byID[u.id]; ok {
		return n
	}
	n := uint32(len(t.list))
	t.list = append(t.list, u)
	t.json = append(t.json, appendUser(nil, u))
	t.byID[u.id] = n
	return n
}

func (t *userTable) find(id snowflake.ID) (n uint32, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n, ok = t.byID[id]
	return n, ok
}

func (t *userTable) get(n uint32) user {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.list[n]
}

// jsons returns the users' JSON by number. The slice only ever grows; its elements never change.
func (t *userTable) jsons() [][]byte {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.json
}

// snapshot returns the users by number.
func (t *userTable) snapshot() []user {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.list
}

// author returns the number of a user that must exist.
func (t *userTable) author(id snowflake.ID) uint32 {
	n, ok := t.find(id)
	if !ok {
		panic("discordtest: no user " + id.String())
	}
	return n
}

func appendUser(b []byte, u user) []byte {
	b = append(b, `{"id":"`...)
	b = strconv.AppendUint(b, uint64(u.id), 10)
	b = append(b, `","username":`...)
	b = appendString(b, u.name)
	b = append(b, `,"discriminator":"`...)
	if u.webhook {
		b = append(b, `0000","global_name":null`...)
	} else {
		b = append(b, `0","global_name":`...)
		b = appendString(b, u.name)
	}
	b = append(b, `,"avatar":null,"public_flags":0,"flags":0`...)
	if u.bot || u.webhook {
		b = append(b, `,"bot":true`...)
	}
	return append(b, '}')
}
