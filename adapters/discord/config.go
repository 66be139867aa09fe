package discord

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// A Config says how to connect to Discord. Only Token is needed.
type Config struct {
	// Token is the bot's token, with or without "Bot " before it.
	Token string
	// APIURL stands for https://discord.com/api, without a version; a slash at its end is tolerated. Empty means Discord
	// itself. The gateway's address comes from the API's answer.
	APIURL string
	// Guild is the id of a server in which alone the commands are registered, to try them out: there they appear at once.
	// Empty registers them everywhere.
	Guild string
	// MessageContent asks for the privileged intent of that name, which Channels need and nothing else does.
	MessageContent bool
	// Channels are the ids of channels in which, and in whose threads, plain questions are answered as well.
	Channels []string
	// AllowedServers and AllowedChannels are ids of where alone questions are answered, and in private. Empty: everywhere.
	AllowedServers, AllowedChannels []string
	// ShardIDs are the shards that this process runs, of Shards in total. Empty and zero: all that Discord recommends.
	ShardIDs []int
	Shards   int
}

// Check says all that is wrong with the configuration.
func (c Config) Check() error {
	_, err := c.normal()
	return err
}

// normal returns the configuration in one form, or all that is wrong with it.
func (c Config) normal() (Config, error) {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }

	c.Token = strings.TrimSpace(c.Token)
	if word, rest, ok := strings.Cut(c.Token, " "); ok && strings.EqualFold(word, "bot") {
		c.Token = strings.TrimSpace(rest)
	}
	switch {
	case c.Token == "":
		fault("the token is empty")
	case strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r > '~' }):
		fault("the token contains characters that no token has; copy it again")
	}
	if c.APIURL == "" {
		c.APIURL = publicAPI
	}
	c.APIURL = strings.TrimSuffix(c.APIURL, "/")
	if u, err := url.Parse(c.APIURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" {
		// The address itself is not shown: it may hold a proxy's password.
		fault("the API's address is no plain http or https URL")
	}
	if c.Guild != "" && !isID(c.Guild) {
		fault("the server %q is no Discord id: it is a number of 17 to 20 digits (right-click the server > Copy Server ID)", c.Guild)
	}
	for _, id := range c.Channels {
		if !isID(id) {
			fault("the channel %q is no Discord id: it is a number of 17 to 20 digits (right-click the channel > Copy Channel ID)", id)
		}
	}
	for _, id := range slices.Concat(c.AllowedServers, c.AllowedChannels) {
		if !isID(id) {
			fault("the allowed server or channel %q is no Discord id: it is a number of 17 to 20 digits", id)
		}
	}
	if len(c.Channels) > 0 && !c.MessageContent {
		fault("channels for plain questions are listed, but message content is off, without which Discord shows the bot no plain questions")
	}
	if len(c.ShardIDs) > 0 && c.Shards == 0 {
		fault("shard ids are given without their total")
	}
	for _, id := range c.ShardIDs {
		if id < 0 || c.Shards > 0 && id >= c.Shards {
			fault("shard %d is not within 0 to %d", id, c.Shards-1)
		}
	}
	if c.Shards < 0 {
		fault("the number of shards is negative")
	}
	return c, errors.Join(faults...)
}

// allows says whether questions are answered in a place: in a server and a channel of it, or in private, where the server's id
// is empty. A thread is a channel and is where its parent is allowed, too, whose id is empty elsewhere.
func (c Config) allows(guild, channel, parent string) bool {
	in := func(list []string, id string) bool { return len(list) == 0 || slices.Contains(list, id) }
	return guild == "" || in(c.AllowedServers, guild) && (in(c.AllowedChannels, channel) || in(c.AllowedChannels, parent))
}

// mayAllow says whether it depends on the parent of a channel that is not allowed by itself.
func (c Config) mayAllow(guild string) bool {
	return len(c.AllowedServers) == 0 || slices.Contains(c.AllowedServers, guild)
}

// isID says whether a text is a snowflake. Tests use short ones.
func isID(s string) bool {
	return len(s) > 0 && len(s) <= 20 && strings.Trim(s, "0123456789") == ""
}
