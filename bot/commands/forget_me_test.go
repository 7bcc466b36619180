package commands

import (
	"slices"
	"testing"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog"
)

// TestForgetMeIsForEveryone: no setting keeps a member from being forgotten, and none is offered.
func TestForgetMeIsForEveryone(t *testing.T) {
	all := newRouter(t, &fake{}).all()
	i := asked(discordgo.InteractionApplicationCommand, 101)
	i.Member = &discordgo.Member{}
	for _, name := range []string{"privacy", forgetMeName, leaderboardName} {
		i.settings.Access = []eventlog.Access{{Command: name}} // for managers alone
		open := name != leaderboardName
		if refused := i.refusal(all[name]) != ""; refused == open || slices.Contains(names(all), name) == open {
			t.Errorf("/%s is refused: %v; offered are %v", name, refused, names(all))
		}
	}
	if why := i.refusal(all[eraseUserName]); why == "" {
		t.Error("a member may have others forgotten")
	}
}
