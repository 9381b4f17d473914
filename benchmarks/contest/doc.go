// Package contest runs implementations against each other in the same rounds
// and says how sure the ratio of their times is.
//
//	results, err := contest.Play(field, contest.Settings{Rounds: 7, Slice: 80 * time.Millisecond, Seed: 1})
//
// A [Field] has entrants and rows. In every round each entrant runs once, in an
// order that is shuffled from the seed: a machine that slows down for a while
// slows all of them. A row divides the times of two entrants round by round.
// Its ratio is the median of these, and its interval is what the median becomes
// when rounds are drawn again from those that were played.
package contest
