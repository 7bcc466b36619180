package main

import (
	"context"

	"github.com/coreos/go-systemd/v22/daemon"

	"tally/bot"
)

// tellManager makes a bot tell the service manager how it is, by systemd's sd_notify: ready when the gateway has
// let it in, stopping when ctx ends, and, where the unit has a watchdog, alive as long as events are routed.
// Without a manager ($NOTIFY_SOCKET) it does nothing. A manager that doesn't listen holds nothing up.
func tellManager(ctx context.Context, o *bot.Options) (stop func() bool) {
	o.Ready = func() { go notify(daemon.SdNotifyReady) }
	if within, err := daemon.SdWatchdogEnabled(false); err == nil && within > 0 {
		beats := make(chan struct{}, 1)
		o.AliveEvery = within / 3
		o.Alive = func() {
			select {
			case beats <- struct{}{}:
			default:
			}
		}
		go tellAlive(ctx, beats)
	}
	return context.AfterFunc(ctx, func() { notify(daemon.SdNotifyStopping) })
}

func tellAlive(ctx context.Context, beats <-chan struct{}) {
	for {
		select {
		case <-beats:
			notify(daemon.SdNotifyWatchdog)
		case <-ctx.Done():
			return
		}
	}
}

// notify sends one state. If that fails the manager acts as if nothing was told; there is nobody else to tell.
func notify(state string) { _, _ = daemon.SdNotify(false, state) }
