package main

import (
	"fmt"

	"github.com/alecthomas/kong"
)

const helpFooter = `
Settings:
  A flag that names a $VARIABLE can be set by that too, or by its name in the
  file of --config. A flag wins over a variable, and a variable over the file.

Exit codes:
  0  all is well
  1  something is wrong, or failed
  2  called wrong`

// printHelp adds to kong's help what holds for every command.
func printHelp(o kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(o, ctx); err != nil {
		return err
	}
	_, err := fmt.Fprintln(ctx.Stdout, helpFooter)
	return err
}
