package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"
)

// A setting is a flag that has an environment variable. It can be given in three places, and there is one
// order: the flag, else the variable, else the file of --config.

// configFile is a file of settings: TOML, each under its flag's name.
type configFile struct {
	path   string
	values map[string]any
}

// BeforeResolve reads the file of --config, if one is named.
func (c *cli) BeforeResolve(ctx *kong.Context) error {
	for _, flag := range ctx.Flags() {
		if path, _ := ctx.FlagValue(flag).(configPath); path != "" && len(flag.Envs) > 0 {
			file, err := readConfig(string(path))
			if err != nil {
				return err
			}
			ctx.AddResolver(file)
		}
	}
	return nil
}

// configPath is the type of --config alone.
type configPath string

func readConfig(path string) (*configFile, error) {
	file := &configFile{path: path}
	_, err := toml.DecodeFile(path, &file.values)
	if broken, ok := errors.AsType[toml.ParseError](err); ok {
		return nil, usage(fmt.Errorf("read the settings: %s: %w", path, broken), `It holds lines such as: data = "/var/lib/tally"`)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usage(fmt.Errorf("read the settings: %w", err), "Is --config (or $TALLY_CONFIG) right?")
	}
	if err != nil {
		return nil, usage(fmt.Errorf("read the settings: %w", err), "Give the user who runs tally the right to read it.")
	}
	return file, nil
}

// Resolve gives kong a flag's value. kong takes variables before resolvers, so that the file would win over
// them: it gives nothing for what a variable sets.
func (f *configFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	value, ok := f.values[flag.Name]
	if !ok || len(flag.Envs) == 0 || slices.ContainsFunc(variables(flag), isSet) {
		return nil, nil
	}
	switch value.(type) {
	case string, bool, int64, float64:
		return fmt.Sprint(value), nil
	}
	return nil, usage(fmt.Errorf("%s: %s is neither a text, a number, true nor false", f.path, flag.Name), `Write it as: `+flag.Name+` = "…"`)
}

// variables are those that set a flag, and those of other flags that say the same (tag instead).
func variables(flag *kong.Flag) []string {
	return append(slices.Clone(flag.Envs), strings.Fields(flag.Tag.Get("instead"))...)
}

func isSet(variable string) bool {
	_, ok := os.LookupEnv(variable)
	return ok
}

// Validate refuses names that no setting has: a misspelt one would else do nothing.
func (f *configFile) Validate(app *kong.Application) error {
	known := settings(app.Node)
	for name := range f.values {
		if !slices.Contains(known, name) {
			return usage(fmt.Errorf("%s: there is no setting %q", f.path, name), "There are: "+strings.Join(known, ", ")+". The token has a file of its own, which only the bot need read.")
		}
	}
	return nil
}

// settings lists the names of all settings below a node.
func settings(node *kong.Node) (names []string) {
	for _, flag := range node.Flags {
		if len(flag.Envs) > 0 && flag.Name != "config" { // a file names no further one
			names = append(names, flag.Name)
		}
	}
	for _, child := range node.Children {
		names = append(names, settings(child)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// forgetSettings makes all settings plain flags, and none of them needed: a bot that carries a command out for
// somebody else has the log at hand, and its own settings are not those of who asks.
func forgetSettings(node *kong.Node) {
	for _, flag := range node.Flags {
		if len(flag.Envs) > 0 {
			flag.Envs, flag.Tag.Envs, flag.Required = nil, nil, false
		}
	}
	for _, child := range node.Children {
		forgetSettings(child)
	}
}
