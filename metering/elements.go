package metering

import "time"

// Ids of the meters in [DefaultCatalogue].
const (
	InstanceTime    MeterID = "compute.instance.time"
	CPUTime         MeterID = "compute.cpu.time"
	MemoryTime      MeterID = "compute.memory.time"
	AcceleratorTime MeterID = "compute.accelerator.time"

	BlockStorage    MeterID = "storage.block.capacity"
	ObjectStorage   MeterID = "storage.object.capacity"
	FileStorage     MeterID = "storage.file.capacity"
	StorageRequests MeterID = "storage.requests"

	Egress               MeterID = "network.egress"
	Ingress              MeterID = "network.ingress"
	AddressTime          MeterID = "network.address.time"
	Bandwidth            MeterID = "network.bandwidth"
	ProvisionedBandwidth MeterID = "network.bandwidth.provisioned"

	ComputeUnitTime MeterID = "platform.unit.time"
	FunctionUnits   MeterID = "platform.function.units"
	FunctionCalls   MeterID = "platform.function.calls"
	Messages        MeterID = "platform.messages"
	LoadUnits       MeterID = "platform.load"
	Queries         MeterID = "platform.queries"
	Connections     MeterID = "platform.connections"

	SeatTime    MeterID = "application.seat.time"
	Calls       MeterID = "application.calls"
	ActiveUsers MeterID = "application.users"
	Documents   MeterID = "application.documents"

	Requests                 MeterID = "ai.requests"
	InputTokens              MeterID = "ai.tokens.input"
	AudioInputTokens         MeterID = "ai.tokens.audio-input"
	ImageInputTokens         MeterID = "ai.tokens.image-input"
	VideoInputTokens         MeterID = "ai.tokens.video-input"
	CachedTokens             MeterID = "ai.tokens.cached"
	CachedAudioTokens        MeterID = "ai.tokens.cached-audio"
	CachedImageTokens        MeterID = "ai.tokens.cached-image"
	CacheWrite5mTokens       MeterID = "ai.tokens.cache-write-5m"
	CacheWrite1hTokens       MeterID = "ai.tokens.cache-write-1h"
	CacheWriteTokens         MeterID = "ai.tokens.cache-write"
	OutputTokens             MeterID = "ai.tokens.output"
	ReasoningTokens          MeterID = "ai.tokens.reasoning"
	AudioOutputTokens        MeterID = "ai.tokens.audio-output"
	ImageOutputTokens        MeterID = "ai.tokens.image-output"
	RejectedPredictionTokens MeterID = "ai.tokens.rejected-prediction"
	Images                   MeterID = "ai.images"
	AudioTime                MeterID = "ai.audio.time"
	VideoTime                MeterID = "ai.video.time"
	Reranked                 MeterID = "ai.documents.ranked"
	Searches                 MeterID = "ai.searches"
	ThroughputTime           MeterID = "ai.throughput.time"

	DeviceEnergy   MeterID = "energy.device"
	OverheadEnergy MeterID = "energy.overhead"
	FacilityEnergy MeterID = "energy.facility"
	ReactiveEnergy MeterID = "energy.reactive"
	EnergyDemand   MeterID = "energy.demand"
	EnergyCapacity MeterID = "energy.capacity"
	CarbonEmitted  MeterID = "energy.carbon"
)

// Where the standards that describe the elements stand; see
// https://openstd.samr.gov.cn (GB/T) and https://www.iso.org. What layer an
// element is of is the capabilities type that ISO/IEC TR 23613 sorts it by.
const (
	refCompute    = "GB/T 37735-2019, 5.1"
	refStorage    = "GB/T 37735-2019, 5.2"
	refNetwork    = "GB/T 37735-2019, 5.3"
	refMiddleware = "GB/T 37735-2019, 6.1"
	refDatabase   = "GB/T 37735-2019, 6.2"
	refAPI        = "GB/T 37735-2019, 7.1"
	refSoftware   = "GB/T 37735-2019, 7.2"
	refAI         = "none: no clause of GB/T 37735-2019 covers AI services"
	refEnergy     = "ISO/IEC 30134-2"
	refSupply     = "none: what utilities bill beside energy is in their tariffs"
	refCarbon     = "ISO/IEC 30134-8"
)

// DefaultCatalogue returns the meters that come with the package: the elements
// that clouds bill, ordered along the chapters of GB/T 37735-2019 and the
// capabilities types of ISO/IEC TR 23613 without claiming conformance to them.
// Extend it with [Catalogue.With].
//
// The statistics of a bandwidth (95th percentile, peaks of days, fourth peak) are
// all of one level that is read every five minutes, and so of one meter; which of
// them is billed, the contract says.
func DefaultCatalogue() *Catalogue { return defaultCatalogue }

var defaultCatalogue = func() *Catalogue {
	c, err := NewCatalogue(elements()...)
	if err != nil {
		panic(err) // the table below is wrong; a test builds it
	}
	return c
}()

func elements() []Meter {
	const day = 24 * time.Hour
	return []Meter{
		held(InstanceTime, "Instance time", "{item}.h", time.Second, Infrastructure, refCompute),
		held(CPUTime, "CPU time", "{core}.h", time.Second, Infrastructure, refCompute),
		held(MemoryTime, "Memory held", "GiBy.h", time.Second, Infrastructure, refCompute),
		held(AcceleratorTime, "Accelerator time", "{card}.h", time.Second, Infrastructure, refCompute),

		kept(BlockStorage, "Block storage held", "GiBy.h", time.Hour, refStorage),
		kept(ObjectStorage, "Object storage held", "GiBy.h", time.Hour, refStorage),
		kept(FileStorage, "File storage held", "GiBy.h", time.Hour, refStorage),
		used(StorageRequests, "Storage requests", "10*4", 0, Infrastructure, refStorage),

		used(Egress, "Traffic out", "GBy", time.Hour, Infrastructure, refNetwork),
		used(Ingress, "Traffic in", "GBy", time.Hour, Infrastructure, refNetwork),
		kept(AddressTime, "Public addresses held", "{item}.h", time.Hour, refNetwork),
		level(Bandwidth, "Bandwidth used", "Mbit/s", Percentile, 5*time.Minute, Infrastructure, refNetwork),
		level(ProvisionedBandwidth, "Bandwidth provisioned", "Mbit/s", Max, day, Infrastructure, refNetwork),

		held(ComputeUnitTime, "Compute units held", "{item}.h", time.Minute, Platform, refMiddleware),
		used(FunctionUnits, "Compute units of functions", "1", time.Hour, Platform, refMiddleware),
		used(FunctionCalls, "Calls of functions", "10*6", 0, Platform, refMiddleware),
		used(Messages, "Messages", "10*6", 0, Platform, refMiddleware),
		level(LoadUnits, "Load units", "{lcu}", Max, time.Hour, Platform, refMiddleware),
		level(Queries, "Queries a second", "{query}", Max, time.Hour, Platform, refDatabase),
		level(Connections, "Connections", "{connection}", Max, time.Hour, Platform, refDatabase),

		used(Calls, "Calls of an interface", "10*4", 0, Application, refAPI),
		held(SeatTime, "Seats held", "{item}.d", day, Application, refSoftware),
		{ID: ActiveUsers, Title: "Active users", Unit: MustUnit("{user}"), Form: Identities, Aggregation: Unique, Layer: Application, Granularity: day, Reference: refSoftware},
		used(Documents, "Documents", "1", 0, Application, refSoftware),

		used(Requests, "Model requests", "1", 0, AI, refAI),
		tokens(InputTokens, "Input tokens"),
		tokens(AudioInputTokens, "Audio input tokens"),
		tokens(ImageInputTokens, "Image input tokens"),
		tokens(VideoInputTokens, "Video input tokens"),
		tokens(CachedTokens, "Cached input tokens"),
		tokens(CachedAudioTokens, "Cached audio input tokens"),
		tokens(CachedImageTokens, "Cached image input tokens"),
		tokens(CacheWrite5mTokens, "Tokens cached for five minutes"),
		tokens(CacheWrite1hTokens, "Tokens cached for an hour"),
		tokens(CacheWriteTokens, "Tokens cached for another time"),
		tokens(OutputTokens, "Output tokens"),
		tokens(ReasoningTokens, "Reasoning tokens"),
		tokens(AudioOutputTokens, "Audio output tokens"),
		tokens(ImageOutputTokens, "Image output tokens"),
		tokens(RejectedPredictionTokens, "Rejected prediction tokens"),
		used(Images, "Images", "1", 0, AI, refAI),
		used(AudioTime, "Audio", "s", 0, AI, refAI),
		used(VideoTime, "Video", "s", 0, AI, refAI),
		used(Reranked, "Documents ranked", "10*3", 0, AI, refAI),
		used(Searches, "Searches", "10*3", 0, AI, refAI),
		held(ThroughputTime, "Throughput provisioned", "{item}.h", time.Hour, AI, refAI),

		used(DeviceEnergy, "Device energy", "kW.h", time.Minute, Infrastructure, refEnergy),
		used(OverheadEnergy, "Facility overhead energy", "kW.h", 15*time.Minute, Infrastructure, refEnergy),
		used(FacilityEnergy, "Facility energy", "kW.h", 15*time.Minute, Infrastructure, refEnergy),
		used(ReactiveEnergy, "Reactive energy, a varh as a Wh", "kW.h", 15*time.Minute, Infrastructure, refSupply),
		level(EnergyDemand, "Demand, the mean power of an interval", "kW", Max, 15*time.Minute, Infrastructure, refSupply),
		level(EnergyCapacity, "Capacity of supply, a kVA as a kW", "kW", Max, day, Infrastructure, refSupply),
		used(CarbonEmitted, "Greenhouse gas", "kg{CO2e}", time.Hour, Infrastructure, refCarbon),
	}
}

// held is a meter of a capacity over time, kept of one that a paused resource
// still holds, used of amounts, level of readings.
func held(id MeterID, title, unit string, step time.Duration, layer Layer, reference string) Meter {
	return Meter{ID: id, Title: title, Unit: MustUnit(unit), Form: Capacity, Aggregation: Sum, Layer: layer, Granularity: step, Monotonic: true, Late: AdjustLate, Reference: reference}
}

func kept(id MeterID, title, unit string, step time.Duration, reference string) Meter {
	m := held(id, title, unit, step, Infrastructure, reference)
	m.Paused = HeldPaused
	return m
}

func used(id MeterID, title, unit string, step time.Duration, layer Layer, reference string) Meter {
	return Meter{ID: id, Title: title, Unit: MustUnit(unit), Form: Amounts, Aggregation: Sum, Layer: layer, Granularity: step, Monotonic: true, Reference: reference}
}

// tokens are read as they are priced, by the million. Each token is of one of
// these meters; see metering/tokens.
func tokens(id MeterID, title string) Meter {
	return used(id, title, "10*6{token}", 0, AI, refAI)
}

func level(id MeterID, title, unit string, by Aggregation, step time.Duration, layer Layer, reference string) Meter {
	return Meter{ID: id, Title: title, Unit: MustUnit(unit), Form: Levels, Aggregation: by, Layer: layer, Granularity: step, Reference: reference}
}
