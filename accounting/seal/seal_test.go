package seal_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

func TestSums_AreCommitted(t *testing.T) {
	t.Parallel()
	s := sealed(t, chain(), october, 40)
	sums := s.Sums()
	require.NoError(t, s.Seal.CheckSums(sums))
	want := map[seal.Kind]string{seal.Event: "", seal.Usage: "900", seal.Line: "900"}
	for _, sum := range sums {
		require.EqualValues(t, 10, sum.Records)
		if q := want[sum.Kind]; q != "" {
			require.Equal(t, metering.MustQuantity(q+" {card}.s"), sum.Quantity)
		}
		if sum.Kind == seal.Line {
			require.Equal(t, "CNY 10.00", sum.Amount.String())
		}
	}
	for i := range sums {
		for _, change := range []func(*seal.Sum){
			func(x *seal.Sum) { x.Records++ },
			func(x *seal.Sum) { x.Kind = seal.Charge },
			func(x *seal.Sum) { x.Meter += "x" },
			func(x *seal.Sum) { x.Quantity = metering.Grains(1, metering.Count) },
			func(x *seal.Sum) { x.Amount = money.MustParse("CNY 9.99") },
		} {
			other := s.Sums()
			change(&other[i])
			require.ErrorIs(t, s.Seal.CheckSums(other), seal.ErrForged)
		}
	}
	require.ErrorIs(t, s.Seal.CheckSums(sums[1:]), seal.ErrForged)
	require.ErrorIs(t, s.Seal.CheckSums(nil), seal.ErrForged)
}

// TestRead_WrongSums: a note whose signer committed to other sums than its records
// have is refused, although the signature and every record are right.
func TestRead_WrongSums(t *testing.T) {
	t.Parallel()
	s := sealed(t, chain(), october, 8)
	wrong := s.Seal
	wrong.Sums[0] ^= 1
	signed := must(note.Sign(&note.Note{Text: wrong.Text()}, signerOf("a")))
	_, err := seal.Open(signed, verifierOf("a"))
	require.NoError(t, err)
	_, err = seal.Read(bytes.NewReader(write(signed, leavesOf(t, s))), verifierOf("a"))
	require.ErrorIs(t, err, seal.ErrForged)
}

func TestBundle_Size(t *testing.T) {
	t.Parallel()
	s := sealed(t, chain(), october, 1<<10)
	for _, i := range []int{0, 1, 2, 3, 1023} {
		b := must(s.Bundle(record(i).Kind, record(i).ID))
		require.Len(t, b.Path, 10*32)
		text := must(json.Marshal(b))
		// 20 hashes for a million records take 320 bytes more, in base64 427.
		require.LessOrEqual(t, len(text)+427, seal.MaxBundleBytes)
		_, leaf, err := must(seal.ParseBundle(text)).Verify(verifierOf("a"))
		require.NoError(t, err)
		require.True(t, leaf.Is(record(i)))
	}
	t.Log("a bundle of a million records takes", len(must(json.Marshal(must(s.Bundle(record(0).Kind, record(0).ID)))))+427, "bytes")
	_, err := seal.ParseBundle([]byte("{"))
	require.ErrorIs(t, err, seal.ErrSyntax)
	_, err = seal.ParseBundle([]byte(strings.Repeat(" ", 20_000)))
	require.ErrorIs(t, err, seal.ErrSyntax)
}

func TestLeaf_OnLine(t *testing.T) {
	t.Parallel()
	s := sealed(t, chain(), october, 12)
	leaf := func(n int) seal.Leaf {
		return must(s.Seal.Check(must(s.Prove(int64(n)))))
	}
	require.True(t, leaf(0).On(leaf(3)), "the event is billed on INV-1/3")
	require.False(t, leaf(0).On(leaf(7)), "and not on INV-1/7")
	require.False(t, leaf(2).On(leaf(3)), "a posting says no line")
	require.False(t, leaf(0).On(leaf(1)), "usage is no line")
}

// TestProve_IsTheCallers: a proof that is changed leaves the period as it was.
func TestProve_IsTheCallers(t *testing.T) {
	t.Parallel()
	s := sealed(t, chain(), october, 3)
	proof, bundle := must(s.Prove(1)), must(s.Bundle(seal.Event, alone(0).ID))
	clear(proof.Leaf)
	clear(bundle.Leaf)
	var file bytes.Buffer
	must(s.WriteTo(&file))
	_, err := seal.Read(&file, verifierOf("a"))
	require.NoError(t, err)
}

// TestFromCharge_EveryField: whatever of a charge is changed, but its
// explanation, it is another record.
func TestFromCharge_EveryField(t *testing.T) {
	t.Parallel()
	was := seal.FromCharge(charge(october), "1", "")
	for i := range reflect.TypeFor[accounting.Charge]().NumField() {
		c := charge(october)
		name, f := reflect.TypeFor[accounting.Charge]().Field(i).Name, reflect.ValueOf(&c).Elem().Field(i)
		switch f.Addr().Interface().(type) {
		case *metering.Labels:
			c.Labels = metering.MustLabels("team", "b")
		case *metering.Period:
			c.Period = metering.MustPeriod("2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z")
		case *metering.Quantity:
			f.Set(reflect.ValueOf(metering.MustQuantity("7 s")))
		case *metering.Unit:
			c.Unit = metering.MustUnit("ms")
		case *money.Money:
			f.Set(reflect.ValueOf(money.MustParse("CNY 7")))
		case *accounting.Explanation:
			continue
		default:
			if f.Kind() == reflect.String {
				f.SetString("another")
			} else {
				f.SetUint(7)
			}
		}
		require.NotEqual(t, was, seal.FromCharge(c, "1", ""), name)
	}
}

func TestSealer_Refuses(t *testing.T) {
	t.Parallel()
	s := must(chain().Begin(october, secret))
	require.NoError(t, s.Add(record(0)))
	require.NoError(t, s.Add(line(3)))
	max := must(money.FromScaled(fixed.Max(), money.CNY))
	require.NoError(t, s.Add(seal.Record{Kind: seal.Line, ID: "max", Amount: max}))
	for _, c := range []struct {
		name string
		give seal.Record
		want error
	}{
		{"again", record(0), seal.ErrDuplicate},
		{"again, with another body", seal.Record{Kind: seal.Event, ID: record(0).ID, Body: []byte("other")}, seal.ErrDuplicate},
		{"no kind", seal.Record{ID: "x"}, seal.ErrRecord},
		{"unknown kind", seal.Record{Kind: 6, ID: "x"}, seal.ErrRecord},
		{"no id", seal.Record{Kind: seal.Usage}, seal.ErrRecord},
		{"long id", seal.Record{Kind: seal.Usage, ID: strings.Repeat("x", 4097)}, seal.ErrRecord},
		{"long line", seal.Record{Kind: seal.Usage, ID: "x", Line: strings.Repeat("x", 4097)}, seal.ErrRecord},
		{"long meter", seal.Record{Kind: seal.Usage, ID: "x", Meter: metering.MeterID(strings.Repeat("x", 257))}, seal.ErrRecord},
		{"large body", seal.Record{Kind: seal.Usage, ID: "x", Body: make([]byte, 1<<20+1)}, seal.ErrRecord},
		{"no such dimension", seal.Record{Kind: seal.Usage, ID: "x", Quantity: metering.Grains(1, 200)}, seal.ErrRecord},
		{"sum beyond 128 bits", seal.Record{Kind: seal.Line, ID: "x", Amount: max}, money.ErrOverflow},
	} {
		err := s.Add(c.give)
		require.ErrorIs(t, err, c.want, c.name)
		require.True(t, strings.HasPrefix(err.Error(), "seal: "), err.Error())
		require.Less(t, len(err.Error()), 300)
	}
	_, err := s.Seal()
	require.ErrorIs(t, err, seal.ErrKey)
	done := must(s.Seal(signerOf("a")))
	require.EqualValues(t, 3, done.Len(), "what was refused is not there")
	require.ErrorIs(t, s.Add(record(1)), seal.ErrSealed)
	_, err = done.Prove(3)
	require.ErrorIs(t, err, seal.ErrUnknown)
	_, err = done.Bundle(seal.Usage, "x")
	require.ErrorIs(t, err, seal.ErrUnknown)
	_, err = done.WithSecret(nil).Bundle(seal.Usage, "x")
	require.ErrorIs(t, err, seal.ErrKey)
}

func TestBegin_Refuses(t *testing.T) {
	t.Parallel()
	c, _ := months(t, 2)
	for _, p := range []string{"2026-03-02T00:00:00Z/2026-04-01T00:00:00Z", "2026-02-01T00:00:00Z/2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z/2026-03-01T00:00:00Z"} {
		_, err := c.Begin(must(metering.ParsePeriod(p)), secret)
		require.ErrorIs(t, err, seal.ErrPeriod, p)
	}
	march := metering.MustPeriod("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
	_, err := c.Begin(march, nil)
	require.ErrorIs(t, err, seal.ErrKey)
	_, err = c.Begin(march, secret, make([]seal.Card, 9)...)
	require.ErrorIs(t, err, seal.ErrPeriod)
	for _, name := range []string{"two words", "tab\t@1", "return\r@1", "\xff@1"} {
		_, err = c.Begin(march, secret, seal.Card{Name: name})
		require.ErrorIs(t, err, seal.ErrPeriod, "%q", name)
	}
	for _, tenant := range []metering.Account{"", "acme/team", "a\nb"} {
		_, err = must(seal.NewChain(tenant, nil)).Begin(march, secret)
		require.ErrorIs(t, err, seal.ErrPeriod)
	}
	_, err = seal.NewSecret(make([]byte, 31))
	require.ErrorIs(t, err, seal.ErrKey)
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", secret, secret, secret), "kkk")
}

// lying is a key whose service signs with another one, or fails.
type lying struct {
	crypto.Signer
	public crypto.PublicKey
	err    error
}

func (l lying) Public() crypto.PublicKey { return l.public }

func (l lying) Sign(r io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	if l.err != nil {
		return nil, l.err
	}
	return l.Signer.Sign(r, digest, o)
}

func TestSigner_Kinds(t *testing.T) {
	t.Parallel()
	elliptic256 := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	s := must(chain().Begin(october, secret))
	require.NoError(t, s.Add(alone(0)))
	both := must(s.Seal(must(seal.NewSigner("kms", elliptic256)), signerOf("a")))
	for _, v := range []note.Verifier{verifierOf("a"), must(seal.NewVerifier("kms", elliptic256.Public()))} {
		got, err := seal.Open(both.Note, v)
		require.NoError(t, err)
		require.Equal(t, both.Seal.Text(), got.Text())
	}
	plain := must(note.NewVerifier(must(note.NewEd25519VerifierKey(keyName, key("a").Public().(ed25519.PublicKey)))))
	opened, err := note.Open(both.Note, note.VerifierList(plain))
	require.NoError(t, err, "a plain reader of signed notes checks it")
	require.Equal(t, both.Seal.Text(), opened.Text)

	other := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	for _, v := range []note.Verifier{must(seal.NewVerifier("kms", other.Public())), must(seal.NewVerifier("kmx", elliptic256.Public())), verifierOf("b")} {
		_, err := seal.Open(both.Note, v)
		require.ErrorIs(t, err, seal.ErrForged)
	}
	_, err = seal.Open(both.Note)
	require.ErrorIs(t, err, seal.ErrKey, "no key, no trust")
	require.ErrorContains(t, err, "no verifier was given")
	_, err = chain().Append(both.Note)
	require.ErrorContains(t, err, "no verifier was given")
	_, err = seal.Open(both.Note, verifierOf("a"), verifierOf("b"), verifierOf("a"))
	require.ErrorIs(t, err, seal.ErrKey, "a key that is there twice forges nothing")
	require.NotErrorIs(t, err, seal.ErrForged)

	_, err = seal.NewSigner("rsa", must(rsa.GenerateKey(rand.Reader, 2048)))
	require.ErrorIs(t, err, seal.ErrKey)
	_, err = seal.NewSigner("two words", key("a"))
	require.ErrorIs(t, err, seal.ErrKey)
	_, err = seal.NewSigner("two words", elliptic256)
	require.ErrorIs(t, err, seal.ErrKey)
	_, err = seal.NewSigner("nil", nil)
	require.ErrorIs(t, err, seal.ErrKey)
	_, err = s.Seal(must(seal.NewSigner("lying", lying{key("a"), key("b").Public(), nil})))
	require.ErrorIs(t, err, seal.ErrKey)
	down := errors.New("service is down")
	_, err = s.Seal(must(seal.NewSigner("down", lying{key("a"), key("a").Public(), down})))
	require.ErrorIs(t, err, down)
	_, err = s.Seal(signerOf("a"))
	require.NoError(t, err, "it can be signed once the service is back")
}

func TestOpen_RefusesOtherTexts(t *testing.T) {
	t.Parallel()
	good := sealed(t, chain(), october, 3).Seal.Text()
	for _, c := range [][2]string{
		{"seal/1", "seal/2"}, {" acme\n", " acme/team\n"}, {"\n3\n", "\n03\n"}, {"\n3\n", "\n-3\n"}, {"\n3\n", "\n9000000000000000000\n"},
		{"number 1", "number 0"}, {"number 1", "number +1"}, {"period 2026", "period 2126-01-01T00:00:00Z/2026"},
		{"00:00Z/", "00:00.0Z/"}, {"T00:00:00Z/", "T08:00:00+08:00/"}, {"sums ", "sum "}, {"=\ncard", "\ncard"}, {"card ", "note "},
		{"card gpu", "card  gpu"}, {"gpu-cloud@3", ""},
	} {
		text := strings.Replace(good, c[0], c[1], 1)
		require.NotEqual(t, good, text, c)
		signed := must(note.Sign(&note.Note{Text: text}, signerOf("a")))
		_, err := seal.Open(signed, verifierOf("a"))
		require.ErrorIs(t, err, seal.ErrSyntax, c)
	}
	_, err := seal.Open(make([]byte, 20_000), verifierOf("a"))
	require.ErrorIs(t, err, seal.ErrSyntax)
}

// A signature has 68 bytes, so that the last letter of its base64 has two bits
// of no byte: three more notes would say the same.
func TestOpen_OneForm(t *testing.T) {
	t.Parallel()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	signed := sealed(t, chain(), october, 3).Note
	last := bytes.LastIndexByte(signed, '=') - 1
	letter := strings.IndexByte(alphabet, signed[last])
	require.Zero(t, letter%4, "%s", signed)
	for spare := 1; spare < 4; spare++ {
		other := bytes.Clone(signed)
		other[last] = alphabet[letter+spare]
		_, err := seal.Open(other, verifierOf("a"))
		require.ErrorIs(t, err, seal.ErrForged)
		require.ErrorContains(t, err, "signature of ")
	}
}
