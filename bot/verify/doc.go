// Package verify holds the shown counts against something that owes them nothing: the log, read from
// the beginning by the plain rule over exact sets of ids, or Discord's own history, read anew and
// compared id by id.
package verify
