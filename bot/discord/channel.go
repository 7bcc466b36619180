package discord

import "tally/eventlog/snowflake"

// Channel types (https://discord.com/developers/docs/resources/channel#channel-object-channel-types).
// Other numbers exist and more will come; they hold nothing that Tally reads.
const (
	ChannelText               = 0
	ChannelDM                 = 1
	ChannelVoice              = 2
	ChannelGroupDM            = 3
	ChannelCategory           = 4
	ChannelAnnouncement       = 5
	ChannelAnnouncementThread = 10
	ChannelPublicThread       = 11
	ChannelPrivateThread      = 12
	ChannelStage              = 13
	ChannelDirectory          = 14
	ChannelForum              = 15
	ChannelMedia              = 16
)

// FlagObfuscated marks a channel that the bot may not view: since 2026-11-16 the gateway shows such a
// channel under the name "___hidden___", with nothing reliable but its id, type and position.
const FlagObfuscated = 1 << 17

// Channel is a channel or a thread of a guild. Guild may be missing (0) in the gateway's and in REST's
// lists; [Guild]'s decoder and package rest fill it in. LastMessage names a message that may be deleted,
// and in a forum the newest thread; 0 when Discord gives null. It is a hint and no more.
type Channel struct {
	ID          snowflake.ID    `json:"id"`
	Guild       snowflake.ID    `json:"guild_id"`
	Parent      snowflake.ID    `json:"parent_id"` // category of a channel, channel of a thread; 0 for none
	Type        int             `json:"type"`
	Name        string          `json:"name"`
	Flags       int             `json:"flags"`
	Sent        int             `json:"total_message_sent"` // in a thread, deleted ones too; 0 when Discord doesn't say
	LastMessage snowflake.ID    `json:"last_message_id"`
	Overwrites  []Overwrite     `json:"permission_overwrites"`
	Thread      *ThreadMetadata `json:"thread_metadata"` // nil unless it is a thread
	Member      *ThreadMember   `json:"member"`          // the bot's own membership of a thread; nil when it didn't join
}

// ThreadMetadata is the state of a thread. ArchiveTimestamp is kept as Discord wrote it: it has
// microseconds, and as the cursor of a list of archived threads it must go back unchanged.
type ThreadMetadata struct {
	Archived         bool   `json:"archived"`
	ArchiveTimestamp string `json:"archive_timestamp"`
	Locked           bool   `json:"locked"`
}

// ThreadMember is one user's membership of a thread. In the object of a thread both ids are left out
// by the gateway.
type ThreadMember struct {
	Thread snowflake.ID `json:"id"`
	User   snowflake.ID `json:"user_id"`
}

// Hidden says whether Discord shows the channel without its content, because the bot may not view it.
func (c Channel) Hidden() bool { return c.Flags&FlagObfuscated != 0 }

// IsThread says whether the channel is a thread of any kind, forum posts included.
func (c Channel) IsThread() bool {
	return c.Type >= ChannelAnnouncementThread && c.Type <= ChannelPrivateThread
}

// IsVoice says whether reading the channel also needs [Connect].
func (c Channel) IsVoice() bool { return c.Type == ChannelVoice || c.Type == ChannelStage }

// HoldsMessages says whether the channel has a history of its own.
func (c Channel) HoldsMessages() bool {
	switch c.Type {
	case ChannelText, ChannelAnnouncement, ChannelVoice, ChannelStage:
		return true
	}
	return c.IsThread()
}

// HoldsThreads says whether the channel can be the parent of threads or posts.
func (c Channel) HoldsThreads() bool {
	switch c.Type {
	case ChannelText, ChannelAnnouncement, ChannelForum, ChannelMedia:
		return true
	}
	return false
}

// HoldsPrivateThreads says whether the channel can be the parent of private threads.
func (c Channel) HoldsPrivateThreads() bool { return c.Type == ChannelText }
