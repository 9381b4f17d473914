package metering

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

	Egress      MeterID = "network.egress"
	Ingress     MeterID = "network.ingress"
	AddressTime MeterID = "network.address.time"

	Requests     MeterID = "ai.requests"
	InputTokens  MeterID = "ai.tokens.input"
	CachedTokens MeterID = "ai.tokens.cached"
	OutputTokens MeterID = "ai.tokens.output"

	DeviceEnergy   MeterID = "energy.device"
	OverheadEnergy MeterID = "energy.overhead"
	FacilityEnergy MeterID = "energy.facility"
)

// Where the standards that describe the elements stand; see
// https://openstd.samr.gov.cn (GB/T) and https://www.iso.org.
const (
	refCompute = "GB/T 37735-2019, 5.1"
	refStorage = "GB/T 37735-2019, 5.2"
	refNetwork = "GB/T 37735-2019, 5.3"
	refAI      = "none: no clause of GB/T 37735-2019 covers AI services"
	refEnergy  = "ISO/IEC 30134-2"
)

// DefaultCatalogue returns the meters that come with the package, ordered
// along the chapters of GB/T 37735-2019 without claiming conformance to it.
// Extend it with [Catalogue.With].
func DefaultCatalogue() *Catalogue { return defaultCatalogue }

var defaultCatalogue = func() *Catalogue {
	capacity := func(id MeterID, title, unit, ref string, layer Layer) Meter {
		return Meter{ID: id, Title: title, Unit: MustUnit(unit), Form: Capacity, Aggregation: Sum, Layer: layer, Monotonic: true, Late: AdjustLate, Reference: ref}
	}
	amounts := func(id MeterID, title, unit, ref string, layer Layer) Meter {
		return Meter{ID: id, Title: title, Unit: MustUnit(unit), Form: Amounts, Aggregation: Sum, Layer: layer, Monotonic: true, Reference: ref}
	}
	c, err := NewCatalogue(
		capacity(InstanceTime, "Instance time", "{item}.h", refCompute, Infrastructure),
		capacity(CPUTime, "CPU time", "{core}.h", refCompute, Infrastructure),
		capacity(MemoryTime, "Memory held", "GiBy.h", refCompute, Infrastructure),
		capacity(AcceleratorTime, "Accelerator time", "{card}.h", refCompute, Infrastructure),
		capacity(BlockStorage, "Block storage held", "GiBy.h", refStorage, Infrastructure),
		capacity(ObjectStorage, "Object storage held", "GiBy.h", refStorage, Infrastructure),
		capacity(FileStorage, "File storage held", "GiBy.h", refStorage, Infrastructure),
		amounts(StorageRequests, "Storage requests", "10*4", refStorage, Infrastructure),
		amounts(Egress, "Traffic out", "GBy", refNetwork, Infrastructure),
		amounts(Ingress, "Traffic in", "GBy", refNetwork, Infrastructure),
		capacity(AddressTime, "Public addresses held", "{item}.h", refNetwork, Infrastructure),
		amounts(Requests, "Model requests", "1", refAI, AI),
		amounts(InputTokens, "Input tokens", "10*6{token}", refAI, AI),
		amounts(CachedTokens, "Cached input tokens", "10*6{token}", refAI, AI),
		amounts(OutputTokens, "Output tokens", "10*6{token}", refAI, AI),
		amounts(DeviceEnergy, "Device energy", "kW.h", refEnergy, Infrastructure),
		amounts(OverheadEnergy, "Facility overhead energy", "kW.h", refEnergy, Infrastructure),
		amounts(FacilityEnergy, "Facility energy", "kW.h", refEnergy, Infrastructure),
	)
	if err != nil {
		panic(err) // the table above is wrong; a test builds it
	}
	return c
}()
