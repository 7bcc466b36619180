package main

import (
	"os"
	"strings"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"
	"github.com/posener/complete"
)

// completionCmd prints what a shell needs to complete tally's command line.
type completionCmd struct{ kongcompletion.Completion }

// Help is shown by --help.
func (*completionCmd) Help() string {
	return `Prints what makes the Tab key complete commands, flags and their values. Put the line for your shell into
its init file; without -c it says which line that is.

Examples:

    source <(tally completion -c bash)     # in ~/.bashrc
    source <(tally completion -c zsh)      # in ~/.zshrc
    tally completion -c fish | source      # in ~/.config/fish/config.fish`
}

// asksForCompletion reports whether it is a shell that calls, for completions.
func asksForCompletion() bool { return os.Getenv("COMP_LINE") != "" }

// completeLine answers a shell that asks for completions, and then ends the parse.
func completeLine(parser *kong.Kong) {
	kongcompletion.Register(parser,
		kongcompletion.WithPredictor("kind", complete.PredictSet(strings.Split(kindNames(), ", ")...)),
		kongcompletion.WithPredictor("origin", complete.PredictSet(originNames()...)),
		kongcompletion.WithPredictor("dir", complete.PredictDirs("*")),
		kongcompletion.WithPredictor("file", complete.PredictFiles("*")))
}
