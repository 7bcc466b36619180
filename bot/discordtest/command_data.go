package discordtest

import (
	"encoding/json"
	"fmt"
	"strings"

	"tally/eventlog/snowflake"
)

func firstWord(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}

// commandData builds an interaction's data from what the user typed, as a Discord client would: it
// lets nothing through that the command's definition rules out. g.mu is held.
func (g *Guild) commandData(cmd Command) (map[string]any, error) {
	words := strings.Fields(cmd.Name)
	if len(words) == 0 {
		return nil, ErrUnknownCommand
	}
	known, ok := g.s.cmds.find(g.id, words[0])
	if !ok {
		return nil, ErrUnknownCommand
	}
	// Down through sub-command group and sub-command to the options.
	defs, path := known.Options, []CommandOption(nil)
	for _, w := range words[1:] {
		sub, ok := optionNamed(defs, w)
		if !ok || sub.Type > 2 {
			return nil, ErrUnknownCommand
		}
		defs, path = sub.Options, append(path, sub)
	}
	if len(defs) > 0 && defs[0].Type <= 2 {
		return nil, fmt.Errorf("%w: it needs a sub-command", ErrUnknownCommand)
	}
	resolved := resolver{g: g, found: map[string]map[string]any{}}
	options, err := resolved.options(defs, cmd.Options)
	if err != nil {
		return nil, err
	}
	for i := len(path) - 1; i >= 0; i-- {
		options = []map[string]any{{"name": path[i].Name, "type": path[i].Type, "options": options}}
	}
	d := map[string]any{"id": known.ID, "name": known.Name, "type": known.Type, "options": options}
	if known.Guild != nil {
		d["guild_id"] = *known.Guild
	}
	if len(resolved.found) > 0 {
		d["resolved"] = resolved.found
	}
	return d, nil
}

func optionNamed(list []CommandOption, name string) (CommandOption, bool) {
	for _, o := range list {
		if o.Name == name {
			return o, true
		}
	}
	return CommandOption{}, false
}

// resolver collects the objects that option values name.
type resolver struct {
	g     *Guild
	found map[string]map[string]any // "users": id: object
}

// options turns values into options, in the order of their definitions.
func (r *resolver) options(defs []CommandOption, values map[string]any) ([]map[string]any, error) {
	list := []map[string]any{}
	for _, def := range defs {
		v, ok := values[def.Name]
		if !ok {
			if def.Required {
				return nil, fmt.Errorf("%w: %s is required", ErrBadOption, def.Name)
			}
			continue
		}
		v, err := r.value(def, v)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrBadOption, def.Name, err)
		}
		list = append(list, map[string]any{"name": def.Name, "type": def.Type, "value": v})
	}
	for name := range values {
		if _, ok := optionNamed(defs, name); !ok {
			return nil, fmt.Errorf("%w: there is no %s", ErrBadOption, name)
		}
	}
	return list, nil
}

// value checks a value against its definition.
func (r *resolver) value(def CommandOption, v any) (any, error) {
	switch def.Type {
	case 6, 7, 8, 9:
		id, ok := v.(snowflake.ID)
		if !ok {
			return nil, fmt.Errorf("a %T is no id", v)
		}
		return id, r.resolve(def.Type, id)
	case 5:
		if _, ok := v.(bool); !ok {
			return nil, fmt.Errorf("a %T is no bool", v)
		}
	case 3:
		s, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("a %T is no string", v)
		}
		if n := length(s); def.MaxLength != nil && n > *def.MaxLength || def.MinLength != nil && n < *def.MinLength {
			return nil, fmt.Errorf("length %d", n)
		}
	case 4, 10:
		if err := inRange(def, v); err != nil {
			return nil, err
		}
	}
	return v, chosen(def, v)
}

func inRange(def CommandOption, v any) error {
	var f float64
	if err := json.Unmarshal(mustJSON(v), &f); err != nil {
		return fmt.Errorf("a %T is no number", v)
	}
	if def.MinValue != nil && f < *def.MinValue || def.MaxValue != nil && f > *def.MaxValue {
		return fmt.Errorf("%v is out of range", v)
	}
	if def.Type == 4 && f != float64(int64(f)) {
		return fmt.Errorf("%v is no integer", v)
	}
	return nil
}

// chosen checks that a value is one of the choices, if there are any.
func chosen(def CommandOption, v any) error {
	if len(def.Choices) == 0 {
		return nil
	}
	for _, raw := range def.Choices {
		var choice struct {
			Value json.RawMessage `json:"value"`
		}
		if json.Unmarshal(raw, &choice) == nil && string(choice.Value) == string(mustJSON(v)) {
			return nil
		}
	}
	return fmt.Errorf("%v is none of the choices", v)
}

// resolve adds the object that an id names: 6 user, 7 channel, 8 role, 9 user or role.
func (r *resolver) resolve(kind int, id snowflake.ID) error {
	if n, ok := r.g.s.users.find(id); ok && (kind == 6 || kind == 9) {
		r.add("users", id, json.RawMessage(r.g.s.users.jsons()[n]))
		if r.g.members[id] != nil {
			m := r.g.memberJSON(id)
			delete(m, "user")
			m["permissions"] = r.g.base(id)
			r.add("members", id, m)
		}
		return nil
	}
	if c := r.g.channels[id]; c != nil && kind == 7 {
		r.add("channels", id, r.g.channelJSON(c))
		return nil
	}
	if role := r.g.role(id); role.ID != 0 && (kind == 8 || kind == 9) {
		r.add("roles", id, role)
		return nil
	}
	return fmt.Errorf("%v is unknown", id)
}

func (r *resolver) add(kind string, id snowflake.ID, v any) {
	if r.found[kind] == nil {
		r.found[kind] = map[string]any{}
	}
	r.found[kind][id.String()] = v
}
