package config

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// An IDs is a list of Discord's ids, separated by commas; spaces do no harm.
type IDs string

// UnmarshalText checks the form.
func (l *IDs) UnmarshalText(text []byte) error {
	for id := range strings.SplitSeq(string(text), ",") {
		id = strings.TrimSpace(id)
		if len(id) < 15 || len(id) > 20 || strings.Trim(id, "0123456789") != "" {
			return errors.New("not an id")
		}
	}
	*l = IDs(text)
	return nil
}

// List is the ids.
func (l IDs) List() []string {
	if l == "" {
		return nil
	}
	list := strings.Split(string(l), ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// Shards say which of how many shards a process runs: "4" is all of four, "0-3/16" the first four of sixteen, "0,8/16" two of
// them. Empty leaves it to Discord.
type Shards string

// UnmarshalText checks the form.
func (s *Shards) UnmarshalText(text []byte) error {
	if _, _, err := split(string(text)); err != nil {
		return err
	}
	*s = Shards(text)
	return nil
}

// Split returns the ids, none for all, and the total, 0 for what Discord recommends.
func (s Shards) Split() (ids []int, total int) {
	if s == "" {
		return nil, 0
	}
	ids, total, _ = split(string(s)) // it was checked
	return ids, total
}

const maxShards = 100_000

func split(text string) (ids []int, total int, err error) {
	list, of, some := strings.Cut(text, "/")
	if !some {
		list, of = "", text
	}
	if total, err = strconv.Atoi(strings.TrimSpace(of)); err != nil || total < 1 || total > maxShards {
		return nil, 0, errors.New("not a number of shards")
	}
	if !some {
		return nil, total, nil
	}
	for part := range strings.SplitSeq(list, ",") {
		first, last, span := strings.Cut(part, "-")
		if !span {
			last = first
		}
		from, err := strconv.Atoi(strings.TrimSpace(first))
		to, err2 := strconv.Atoi(strings.TrimSpace(last))
		if err != nil || err2 != nil || from < 0 || to < from || to >= total {
			return nil, 0, errors.New("not shards of that total")
		}
		for id := from; id <= to; id++ {
			if slices.Contains(ids, id) {
				return nil, 0, errors.New("a shard twice")
			}
			ids = append(ids, id)
		}
	}
	return ids, total, nil
}

// A Switch is on or off.
type Switch bool

// UnmarshalText takes the usual words.
func (s *Switch) UnmarshalText(text []byte) error {
	switch strings.ToLower(string(text)) {
	case "on", "true", "yes", "1":
		*s = true
	case "off", "false", "no", "0":
		*s = false
	default:
		return errors.New("neither on nor off")
	}
	return nil
}
