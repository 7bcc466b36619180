package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// tokenVariable is the environment variable with the bot's token.
const tokenVariable = "DISCORD_TOKEN"

// discordFlags say how Discord is reached.
type discordFlags struct {
	Token     string `placeholder:"TOKEN" help:"The bot's token. Others on this machine can see it in the list of processes: --token-file or $DISCORD_TOKEN are better."`
	TokenFile string `env:"TALLY_TOKEN_FILE" instead:"DISCORD_TOKEN" placeholder:"FILE" completion-predictor:"file" help:"A file with the token; - is standard input."`
	URL       string `name:"discord-url" env:"TALLY_DISCORD_URL" placeholder:"URL" help:"Another Discord-compatible server: REST is under URL/api/v9, the gateway is what GET /gateway there names."`
}

// errNoToken says that no place has a token.
var errNoToken = errors.New("no bot token")

// token finds the bot's token.
func (f discordFlags) token(stdin io.Reader) (string, error) {
	token, from := f.Token, "--token"
	if token == "" && f.TokenFile != "" {
		var err error
		if token, from, err = readToken(f.TokenFile, stdin); err != nil {
			return "", usage(err, tokenFileAdvice(err))
		}
	}
	if token == "" {
		token, from = os.Getenv(tokenVariable), "$"+tokenVariable
	}
	token = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(token), "Bot "))
	switch {
	case token == "":
		return "", errNoToken
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("=\"'<>", r) }):
		return "", usage(fmt.Errorf("what %s holds is no token: there are blanks, quotes or strange characters in it", from), "Give the token alone, without a name before it and without quotes.")
	}
	return token, nil
}

func tokenFileAdvice(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "Is --token-file (or $TALLY_TOKEN_FILE) right? Save the token in such a file, alone."
	case errors.Is(err, fs.ErrPermission):
		return "Give the user who runs tally the right to read it, and nobody else."
	}
	return "Give a file that holds nothing but the token."
}

// readToken reads a token from a file, or for "-" from standard input.
func readToken(path string, stdin io.Reader) (token, from string, err error) {
	var b []byte
	if from = path; from == "-" {
		from = "standard input"
		b, err = io.ReadAll(io.LimitReader(stdin, 1<<16))
	} else {
		b, err = os.ReadFile(from)
	}
	if err != nil {
		return "", from, fmt.Errorf("read the token: %w", err)
	}
	if token = strings.TrimSpace(string(b)); token == "" {
		return "", from, fmt.Errorf("there is no token in %s", from)
	}
	return token, from, nil
}
