package discordtest

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"tally/eventlog/snowflake"
)

func (s *Server) commandRoutes() []route {
	var list []route
	for _, base := range []string{"/applications/{app}/commands", "/applications/{app}/guilds/{g}/commands"} {
		list = append(list,
			route{method: "GET", pattern: base, handle: (*call).listCommands},
			route{method: "PUT", pattern: base, handle: (*call).putCommands},
			route{method: "POST", pattern: base, handle: (*call).postCommand},
			route{method: "GET", pattern: base + "/{cmd}", handle: (*call).getCommand},
			route{method: "PATCH", pattern: base + "/{cmd}", handle: (*call).patchCommand},
			route{method: "DELETE", pattern: base + "/{cmd}", handle: (*call).deleteCommand},
		)
	}
	return list
}

// AppCommand is a registered application command.
type AppCommand struct {
	ID          snowflake.ID    `json:"id"`
	App         snowflake.ID    `json:"application_id"`
	Guild       *snowflake.ID   `json:"guild_id,omitempty"`
	Version     snowflake.ID    `json:"version"`
	Type        int             `json:"type"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Options     []CommandOption `json:"options,omitempty"`
	Permissions *string         `json:"default_member_permissions"`
	Contexts    []int           `json:"contexts,omitempty"`
	DM          *bool           `json:"dm_permission,omitempty"`
	NSFW        bool            `json:"nsfw"`
}

// CommandOption is an option of a command, or a sub-command (type 1) or group (2) with its own.
type CommandOption struct {
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Description  string            `json:"description"`
	Required     bool              `json:"required,omitempty"`
	Choices      []json.RawMessage `json:"choices,omitempty"`
	Options      []CommandOption   `json:"options,omitempty"`
	ChannelTypes []int             `json:"channel_types,omitempty"`
	MinValue     *float64          `json:"min_value,omitempty"`
	MaxValue     *float64          `json:"max_value,omitempty"`
	MinLength    *int              `json:"min_length,omitempty"`
	MaxLength    *int              `json:"max_length,omitempty"`
	Autocomplete bool              `json:"autocomplete,omitempty"`
}

// commandTable keeps the commands: global ones under guild 0.
type commandTable struct {
	mu   sync.Mutex
	sets map[snowflake.ID][]*AppCommand
}

func newCommandTable() *commandTable { return &commandTable{sets: map[snowflake.ID][]*AppCommand{}} }

// Commands returns the commands of a guild, or the global ones for guild 0.
func (s *Server) Commands(guild snowflake.ID) (list []AppCommand) {
	s.cmds.mu.Lock()
	defer s.cmds.mu.Unlock()
	for _, c := range s.cmds.sets[guild] {
		list = append(list, *c)
	}
	return list
}

// find returns the command that a user of a guild gets for a name: the guild's own before a global one.
func (t *commandTable) find(guild snowflake.ID, name string) (AppCommand, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, set := range []snowflake.ID{guild, 0} {
		for _, c := range t.sets[set] {
			if c.Name == name {
				return *c, true
			}
		}
	}
	return AppCommand{}, false
}

// commandSet reads which set of commands the path means.
func (c *call) commandSet() (snowflake.ID, *apiError) {
	app, err := c.id("app")
	if err != nil {
		return 0, err
	}
	if app != c.s.bot {
		return 0, &apiError{403, 20012, "You are not authorized to perform this action on this application", nil}
	}
	if c.r.PathValue("g") == "" {
		return 0, nil
	}
	g, err := c.id("g")
	if err == nil && c.s.Guild(g) == nil {
		err = errMissingAccess
	}
	return g, err
}

func (c *call) listCommands() *apiError {
	set, err := c.commandSet()
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, append([]AppCommand{}, c.s.Commands(set)...))
}

// putCommands replaces a set; a command that keeps its name keeps its id.
func (c *call) putCommands() *apiError {
	set, err := c.commandSet()
	if err != nil {
		return err
	}
	var list []*AppCommand
	if _, err := c.body(&list); err != nil {
		return err
	}
	names := map[string]bool{}
	for _, cmd := range list {
		if err := c.checkCommand(cmd); err != nil {
			return err
		}
		if names[cmd.Name] {
			return &apiError{400, 50035, "APPLICATION_COMMANDS_DUPLICATE_NAME", nil}
		}
		names[cmd.Name] = true
	}
	if len(list) > 100 {
		return &apiError{400, 30032, "Maximum number of application commands reached (100)", nil}
	}
	t := c.s.cmds
	t.mu.Lock()
	for _, cmd := range list {
		c.s.adopt(cmd, set)
	}
	t.sets[set] = list
	b := mustJSON(append([]*AppCommand{}, list...))
	t.mu.Unlock()
	return c.raw(http.StatusOK, b)
}

// adopt gives a command its id, the one it had if its name is known. The table's lock is held.
func (s *Server) adopt(cmd *AppCommand, set snowflake.ID) (known bool) {
	cmd.ID, cmd.App, cmd.Version, cmd.Guild = 0, s.bot, s.mint.next(), idOrNull(set)
	for _, old := range s.cmds.sets[set] {
		if old.Name == cmd.Name && old.Type == cmd.Type {
			cmd.ID, known = old.ID, true
		}
	}
	if !known {
		cmd.ID = s.mint.next()
	}
	return known
}

func (c *call) postCommand() *apiError {
	set, err := c.commandSet()
	if err != nil {
		return err
	}
	cmd := &AppCommand{}
	if _, err := c.body(cmd); err != nil {
		return err
	}
	if err := c.checkCommand(cmd); err != nil {
		return err
	}
	t := c.s.cmds
	t.mu.Lock()
	status := http.StatusCreated
	if c.s.adopt(cmd, set) {
		status = http.StatusOK
		t.sets[set] = slices.DeleteFunc(t.sets[set], func(o *AppCommand) bool { return o.ID == cmd.ID })
	}
	t.sets[set] = append(t.sets[set], cmd)
	b := mustJSON(cmd)
	t.mu.Unlock()
	return c.raw(status, b)
}

// onCommand calls f for the path's command, with the table's lock held.
func (c *call) onCommand(f func(set snowflake.ID, i int) (int, any)) *apiError {
	set, err := c.commandSet()
	if err != nil {
		return err
	}
	id, err := c.id("cmd")
	if err != nil {
		return err
	}
	t := c.s.cmds
	t.mu.Lock()
	i := slices.IndexFunc(t.sets[set], func(o *AppCommand) bool { return o.ID == id })
	if i < 0 {
		t.mu.Unlock()
		return errUnknownCommand
	}
	status, v := f(set, i)
	t.mu.Unlock()
	return c.reply(status, v)
}

func (c *call) getCommand() *apiError {
	return c.onCommand(func(set snowflake.ID, i int) (int, any) { return http.StatusOK, *c.s.cmds.sets[set][i] })
}

func (c *call) patchCommand() *apiError {
	var patch json.RawMessage
	if err := c.decode(&patch); err != nil {
		return err
	}
	return c.onCommand(func(set snowflake.ID, i int) (int, any) {
		cmd := *c.s.cmds.sets[set][i]
		id := cmd.ID
		_ = json.Unmarshal(patch, &cmd) // what doesn't fit stays as it was
		cmd.ID, cmd.Version = id, c.s.mint.next()
		c.s.cmds.sets[set][i] = &cmd
		return http.StatusOK, cmd
	})
}

func (c *call) deleteCommand() *apiError {
	return c.onCommand(func(set snowflake.ID, i int) (int, any) {
		c.s.cmds.sets[set] = slices.Delete(slices.Clone(c.s.cmds.sets[set]), i, i+1)
		return http.StatusNoContent, nil
	})
}

var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// checkCommand holds a command against Discord's rules; breaking one is a violation.
func (c *call) checkCommand(cmd *AppCommand) *apiError {
	def(&cmd.Type, cmd.Type == 0, 1)
	why := ""
	switch {
	case cmd.Type == 1 && (!commandName.MatchString(cmd.Name) || strings.ToLower(cmd.Name) != cmd.Name):
		why = "name"
	case cmd.Type == 1 && (length(cmd.Description) < 1 || length(cmd.Description) > 100):
		why = "description"
	case len(mustJSON(cmd)) > 8000:
		why = "size"
	default:
		why = optionFault(cmd.Options)
	}
	if why == "" {
		return nil
	}
	c.s.viol.add("commands: /%s breaks the rules for its %s", cmd.Name, why)
	return formError(why, "APPLICATION_COMMAND_INVALID", "Command is invalid")
}

func optionFault(list []CommandOption) string {
	if len(list) > 25 {
		return "options"
	}
	optional := false
	for _, o := range list {
		optional = optional || !o.Required
		switch {
		case !commandName.MatchString(o.Name) || strings.ToLower(o.Name) != o.Name:
			return "option's name"
		case length(o.Description) < 1 || length(o.Description) > 100:
			return "option's description"
		case o.Required && optional:
			return "required options, which must come first"
		case len(o.Choices) > 25 || o.Autocomplete && len(o.Choices) > 0:
			return "option's choices"
		}
		if why := optionFault(o.Options); why != "" {
			return why
		}
	}
	return ""
}
