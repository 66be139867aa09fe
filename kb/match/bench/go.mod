// The peers that the matcher is measured against, in a module of their own, so that the product does not depend on them.
module summitbot/kb/match/bench

go 1.26

require summitbot v0.0.0

replace summitbot => ../../..
