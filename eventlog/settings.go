package eventlog

import (
	"fmt"
	"slices"
	"strings"

	"tally/eventlog/snowflake"
)

// Settings are what a guild's admins have chosen: what counts, and how it is shown. The zero value is the
// default.
type Settings struct {
	// Bots, Webhooks and Commands count what bots write, what comes through webhooks, and the answers to
	// application commands.
	Bots     bool `json:"bots"`
	Webhooks bool `json:"webhooks"`
	Commands bool `json:"commands"`
	// Deleted shows messages ever seen in place of those that exist.
	Deleted bool `json:"deleted"`
	// Excluded are channels that don't count, their threads with them, and Categories those of whose channels
	// none does. The log knows no categories, so Within tells which channels those were.
	Excluded   []snowflake.ID `json:"excluded,omitempty"`
	Categories []snowflake.ID `json:"categories,omitempty"`
	Within     []snowflake.ID `json:"within,omitempty"`
	// Zone is the time zone of days and hours, a name of the IANA database; "" is UTC.
	Zone string `json:"zone,omitempty"`
	// Private answers are for the asker's eyes only.
	Private bool `json:"private"`
	// Access says who may give a command, where that isn't the default.
	Access []Access `json:"access,omitempty"`
}

// Excludes reports whether a channel is left out: by itself or with its category. Its threads are too.
func (s Settings) Excludes(channel snowflake.ID) bool {
	return slices.Contains(s.Excluded, channel) || slices.Contains(s.Within, channel)
}

// Differing says, in a few words each, in what the numbers differ from the default, such as "bots counted".
func (s Settings) Differing() (words []string) {
	add := func(differs bool, what string) {
		if differs {
			words = append(words, what)
		}
	}
	add(s.Bots, "bots counted")
	add(s.Webhooks, "webhooks counted")
	add(s.Commands, "application commands counted")
	add(s.Deleted, "deleted messages counted")
	add(len(s.Excluded) > 0, "excluded channels: "+join(s.Excluded))
	add(len(s.Categories) > 0, "excluded categories: "+join(s.Categories))
	add(s.Zone != "", "days in "+s.Zone)
	return words
}

// Words say all settings that are not the default, in a few words each; "all by default" if none is.
func (s Settings) Words() []string {
	words := s.Differing()
	if s.Private {
		words = append(words, "answers for who asks alone")
	}
	for _, a := range s.Access {
		if a.Role == 0 {
			words = append(words, "/"+a.Command+" for managers")
		} else {
			words = append(words, "/"+a.Command+" for role "+a.Role.String())
		}
	}
	if len(words) == 0 {
		return []string{"all by default"}
	}
	return words
}

func join(ids []snowflake.ID) string {
	return strings.Join(strings.Fields(strings.Trim(fmt.Sprint(ids), "[]")), ", ")
}

// Access lets a role give a command: the guild's own id stands for everyone, 0 for nobody but those who manage the
// guild, who may in any case.
type Access struct {
	Command string       `json:"command"`
	Role    snowflake.ID `json:"role_id"`
}

// SettingsChanged says what the settings are from now on, all of them.
type SettingsChanged struct {
	By snowflake.ID `json:"by,omitzero"` // who changed them; 0: the bot itself, for a category has other channels now
	Settings
}

// Kind returns KindSettingsChanged.
func (SettingsChanged) Kind() Kind { return KindSettingsChanged }

// Len returns 1.
func (SettingsChanged) Len() int { return 1 }

// Encode returns the event as it is stored in a record's block.
func (e SettingsChanged) Encode() []byte { return e.appendPayload(nil) }

// DecodeSettings reads what Encode wrote.
func DecodeSettings(b []byte) (e SettingsChanged, err error) { return e, readFields(b, &e) }

func (e SettingsChanged) appendPayload(b []byte) []byte { return appendFields(b, &e) }

func (e *SettingsChanged) fields(c *coder) {
	c.id(&e.By)
	c.bool(&e.Bots)
	c.bool(&e.Webhooks)
	c.bool(&e.Commands)
	c.bool(&e.Deleted)
	c.ids(&e.Excluded)
	c.ids(&e.Categories)
	c.ids(&e.Within)
	c.text(&e.Zone)
	c.bool(&e.Private)
	list(c, &e.Access, func(a *Access) {
		c.text(&a.Command)
		c.id(&a.Role)
	})
}
