package gate

import (
	"maps"

	"tally/bot/discord"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// key names a message: a thread may begin with a copy that has the id of the message it is from.
type key struct{ channel, id snowflake.ID }

// model is what the gate does, said with sets: one for the stream side, one for each import.
type model struct {
	sent    map[key]discord.Message
	stream  map[key]bool
	archive map[key]bool // of the stream: read from a file, and nobody else has brought it
	repairs map[key]bool // of whatever import
	imports map[uint32]map[key]bool
	cutoffs map[uint32]snowflake.ID
	by      map[snowflake.ID]uint32 // the import that a channel's count rests on
	parents map[snowflake.ID]snowflake.ID
	gone    map[snowflake.ID]bool // channels
	deleted map[snowflake.ID]bool
	erased  map[snowflake.ID]bool // users

	started, running uint32
	finished         map[snowflake.ID]eventlog.Outcome // by the running import
}

func newModel() *model {
	return &model{
		sent: map[key]discord.Message{}, stream: map[key]bool{}, archive: map[key]bool{}, repairs: map[key]bool{}, imports: map[uint32]map[key]bool{0: {}},
		cutoffs: map[uint32]snowflake.ID{}, by: map[snowflake.ID]uint32{}, parents: map[snowflake.ID]snowflake.ID{},
		gone: map[snowflake.ID]bool{}, deleted: map[snowflake.ID]bool{}, erased: map[snowflake.ID]bool{},
	}
}

// streamed takes messages for the stream side. What is older than the channel's cutoff completes its import.
func (m *model) streamed(messages ...discord.Message) {
	for _, msg := range messages {
		k := key{msg.Channel, msg.ID}
		if m.stream[k] && !m.archive[k] {
			continue
		}
		m.stream[k] = true
		if by := m.by[k.channel]; k.id < m.cutoffs[by] {
			m.imports[by][k], m.repairs[k] = true, true
		}
	}
}

// archived takes messages that were read from a file: no proof that Discord has them.
func (m *model) archived(messages ...discord.Message) {
	for _, msg := range messages {
		if k := (key{msg.Channel, msg.ID}); !m.stream[k] {
			m.stream[k], m.archive[k] = true, true
		}
	}
}

// imported takes messages for the side of an import, if it is the running one.
func (m *model) imported(imp uint32, messages ...discord.Message) {
	for _, msg := range messages {
		if imp == m.running && imp != 0 && msg.ID < m.cutoffs[imp] {
			m.imports[imp][key{msg.Channel, msg.ID}] = true
		}
	}
}

// repaired takes what a verification found: each message for the side on which it should count.
func (m *model) repaired(messages ...discord.Message) {
	for _, msg := range messages {
		k := key{msg.Channel, msg.ID}
		if by := m.by[k.channel]; k.id < m.cutoffs[by] {
			m.imports[by][k], m.repairs[k] = true, true
		} else {
			m.stream[k] = true
		}
	}
}

func (m *model) start(cutoff snowflake.ID) {
	m.started++
	m.running, m.finished = m.started, map[snowflake.ID]eventlog.Outcome{}
	m.cutoffs[m.running], m.imports[m.running] = cutoff, map[key]bool{}
}

func (m *model) finish(outcome eventlog.Outcome) {
	for channel, read := range m.finished {
		if outcome == eventlog.Completed && read == eventlog.Completed && !m.gone[channel] {
			m.by[channel] = m.running
		}
	}
	m.running = 0
}

// lacking returns what the running import lacks in the channels that it has read, of what came live or was
// found by an earlier comparison.
func (m *model) lacking() map[snowflake.ID][]discord.Message {
	all := map[snowflake.ID][]discord.Message{}
	other := maps.Clone(m.stream)
	maps.Copy(other, m.repairs)
	for k := range other {
		if m.finished[k.channel] == eventlog.Completed && k.id < m.cutoffs[m.running] && !m.imports[m.running][k] &&
			countable(m.sent[k]) && !m.deleted[k.id] && !m.gone[k.channel] {
			all[k.channel] = append(all[k.channel], m.sent[k])
		}
	}
	return all
}

func (m *model) channelGone(channel snowflake.ID) {
	if m.gone[channel] {
		return // told before: threads that became known since don't go with it
	}
	m.gone[channel] = true
	for thread, parent := range m.parents {
		m.gone[thread] = m.gone[thread] || parent == channel
	}
}

// counts applies the plain rule to every message ever sent.
func (m *model) counts() (users, channels map[snowflake.ID]uint64) {
	users, channels = map[snowflake.ID]uint64{}, map[snowflake.ID]uint64{}
	for k, msg := range m.sent {
		by := m.by[k.channel]
		held := m.stream[k]
		if k.id < m.cutoffs[by] {
			held = m.imports[by][k]
		}
		if held && countable(msg) && !m.deleted[k.id] && !m.gone[k.channel] {
			if m.erased[msg.Author] {
				msg.Author = eventlog.Anonymous
			}
			users[msg.Author]++
			channels[k.channel]++
		}
	}
	return users, channels
}

func countable(m discord.Message) bool { return projections.Countable(uint16(m.Type), Marks(m)) }
