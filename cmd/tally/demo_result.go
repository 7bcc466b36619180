package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"tally/eventlog/snowflake"
	"tally/projections"
)

const (
	topShown         = 5  // users of the leaderboard
	differencesShown = 20 // on stderr; JSON has all
)

// result is what the demo found, as programs read it.
type result struct {
	Guild    snowflake.ID `json:"guild_id"`
	Data     string       `json:"data,omitempty"` // the folder, if it is kept
	Exact    bool         `json:"exact"`
	History  historySize  `json:"history"`
	Imported uint64       `json:"imported"`
	Seconds  float64      `json:"import_seconds"`
	Live     liveTraffic  `json:"live"`
	Requests int64        `json:"requests"`

	Log     verification `json:"verified_against_log"`
	Discord verification `json:"verified_against_discord"`

	Counted            int          `json:"counted"`
	Expected           int          `json:"expected"`
	Users              int          `json:"users"`
	Channels           int          `json:"channels"`
	UserDifferences    []difference `json:"user_differences"`
	ChannelDifferences []difference `json:"channel_differences"`
	Violations         []string     `json:"violations"` // of Discord's rules, by the bot

	Chaos *survived `json:"chaos,omitempty"`

	Top []projections.UserReport `json:"top"`
}

type historySize struct {
	Messages int `json:"messages"`
	Channels int `json:"channels"` // and threads, those that have messages
}

// liveTraffic is what was sent by people while the demo ran.
type liveTraffic struct {
	Messages int         `json:"messages"`
	During   int         `json:"during_import"` // the others just before and just after
	By       []liveShare `json:"by"`
}

type liveShare struct {
	Channel  snowflake.ID `json:"channel_id"`
	User     snowflake.ID `json:"user_id"`
	Messages int          `json:"messages"`
}

type difference struct {
	ID       snowflake.ID `json:"id"`
	Counted  int          `json:"counted"`
	Expected int          `json:"expected"`
}

// differences returns the ids whose count is not the true one.
func differences(counted, truth map[snowflake.ID]int) []difference {
	list := []difference{}
	all := maps.Clone(counted)
	maps.Copy(all, truth)
	for id := range all {
		if counted[id] != truth[id] {
			list = append(list, difference{id, counted[id], truth[id]})
		}
	}
	slices.SortFunc(list, func(a, b difference) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// verification is what /verify-message-counts answered.
type verification struct {
	Title    string `json:"title"`
	Accuracy string `json:"accuracy"`
	Counted  string `json:"counted"`
	Expected string `json:"expected"`
}

// verify runs /verify-message-counts.
func (s *stage) verify(ctx context.Context, v survey, deep bool) (verification, error) {
	s.t.say("/verify-message-counts deep:%v", deep)
	reply, err := s.ask(ctx, v, "verify-message-counts", map[string]any{"deep": deep})
	if err != nil || len(reply.Embeds) == 0 {
		return verification{}, errors.Join(err, ctx.Err())
	}
	fields := map[string]string{}
	for _, f := range reply.Embeds[0].Fields {
		fields[f.Name] = f.Value
	}
	return verification{reply.Embeds[0].Title, fields["Accuracy"], fields["Counted"], fields["Expected"]}, nil
}

func (v verification) exact() bool { return v.Accuracy == "100%" }

// same reports whether every count is the true one.
func (r *result) same() bool {
	return r.Counted == r.Expected && len(r.UserDifferences)+len(r.ChannelDifferences) == 0
}

// err says what is wrong, if anything.
func (r *result) err() error {
	switch {
	case !r.same():
		return fmt.Errorf("the counts are not exact: %s and %s differ", count(len(r.UserDifferences), "user"), count(len(r.ChannelDifferences), "channel"))
	case !r.Log.exact() || !r.Discord.exact():
		return errors.New("a verification found differences")
	case len(r.Violations) > 0:
		return fmt.Errorf("the bot broke %s of Discord", count(len(r.Violations), "rule"))
	case r.Chaos != nil:
		return r.Chaos.err()
	}
	return nil
}
