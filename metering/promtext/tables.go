package promtext

import (
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
)

// DCGM returns the table of NVIDIA's dcgm-exporter: the energy of whole cards since
// the driver was loaded, in millijoules. The lines of a card's MIG instances repeat
// it and are passed over, so that an account is to be found by the card and not by
// a pod. Power is left out: beside the energy it would count twice.
//
// Source: https://docs.nvidia.com/datacenter/dcgm/latest/dcgm-api/dcgm-api-field-ids.html
// (field 156) and https://github.com/NVIDIA/dcgm-exporter.
func DCGM() Table {
	return Table{Name: "dcgm", Rules: []Rule{{
		Metric: "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", Kind: Counter, Meter: metering.DeviceEnergy, Unit: metering.MustUnit("mJ"),
		Resource: []string{"UUID", "pci_bus_id", "gpu"}, SKU: []string{"modelName"},
		MaxRate: rate(5_000_000), Sentinels: counter.DCGM(), // 5 kW
	}}}
}

// AscendNPU returns the table of Huawei's npu-exporter. Energy is integrated from
// the power it shows, and is an estimate; chips of a 310P (Ascend 710) each repeat
// the power of their card, which is taken once for its bus. A container holds the
// chips that npu_container_info lists; parts of a chip (vNPU), whose ids have three
// digits, are not in it, for the exporter does not say how large they are.
//
// Source: https://github.com/Ascend/ascend-npu-exporter.
func AscendNPU() Table {
	small := []string{"*310P*", "*710*"}
	return Table{Name: "ascend-npu", Rules: []Rule{
		{
			Metric: "npu_chip_info_power", Kind: Sampled, Meter: metering.DeviceEnergy, Unit: metering.MustUnit("W"),
			Resource: []string{"vdie_id", "id"}, SKU: []string{"model_name"},
			Except: map[string][]string{"model_name": small}, Sentinels: counter.Ascend(),
		},
		{
			Metric: "npu_chip_info_power", Kind: Sampled, Meter: metering.DeviceEnergy, Unit: metering.MustUnit("W"),
			Resource: []string{"pcie_bus_info", "vdie_id", "id"}, SKU: []string{"model_name"},
			Only: map[string][]string{"model_name": small}, Sentinels: counter.Ascend(),
		},
		{
			Metric: "npu_container_info", Kind: Held, Meter: metering.AcceleratorTime, Unit: metering.MustUnit("{card}"),
			Resource: []string{"vdie_id", "npuID"}, Name: []string{"containerID"}, SKU: []string{"model_name"},
			Except: map[string][]string{"npuID": {"[1-9][0-9][0-9]*"}},
		},
	}}
}

// HAMi returns the table of HAMi's scheduler: the part of a card, in percent of its
// cores, that is allocated to a container. A container that was given memory alone
// has 0 percent, and so no card time. Older schedulers, such as 2.7, have another one:
// see [HAMiLegacy].
//
// Source: https://github.com/Project-HAMi/HAMi, cmd/scheduler/metrics.go.
func HAMi() Table {
	return Table{Name: "hami", Rules: []Rule{{
		Metric: "hami_vgpu_core_allocated_ratio", Kind: Held, Meter: metering.AcceleratorTime, Unit: metering.MustUnit("{card}"), Per: 100,
		Resource: []string{"device_uuid"}, Name: []string{"namespace", "pod", "container_index"},
	}}}
}

// HAMiLegacy is [HAMi] by the names that it had before, which later schedulers show
// beside the others with --legacy-metrics: take one of the two tables, as both count
// the same cards. Of AMD's devices this series has compute units, and not percent.
//
// Source: https://project-hami.io/docs/userguide/monitoring/device-allocation.
func HAMiLegacy() Table {
	return Table{Name: "hami-legacy", Rules: []Rule{{
		Metric: "vGPUCoreAllocated", Kind: Held, Meter: metering.AcceleratorTime, Unit: metering.MustUnit("{card}"), Per: 100,
		Resource: []string{"deviceuuid"}, Name: []string{"podnamespace", "podname", "containeridx"},
	}}}
}

// Kepler returns the table of Kepler, from 0.10 on: the energy of pods in processor
// packages and memory. The zones core and uncore lie within a package. What nodes
// used is left out, as the pods' lies within it.
//
// Source: https://sustainable-computing.io/kepler/design/metrics/.
func Kepler() Table {
	return Table{Name: "kepler", Rules: []Rule{{
		Metric: "kepler_pod_cpu_joules_total", Kind: Counter, Meter: metering.DeviceEnergy, Unit: metering.MustUnit("J"),
		Resource: []string{"pod_id"}, Name: []string{"zone"}, // and not the state: a pod that ends goes on with its count
		Only: map[string][]string{"zone": {"package*", "dram*"}}, MaxRate: rate(10_000),
	}}}
}

// inside are the interfaces of a node by the names that kernels, hypervisors and
// container networks give them whose traffic stays within or is in a physical one
// too.
var inside = []string{
	"lo", "dummy*", "ifb*", "veth*", "tap*", "vnet*", "lxc*", "eni[0-9a-f]*", "azv*", // within
	"bond*", "team*", "br[0-9]*", "br-*", "vmbr*", "virbr*", "lxdbr*", "ovs-*", // of several
	"*.*", "vlan*", "macvlan*", "macvtap*", "ipvlan*", // of one
	"tun*", "wg*", "vxlan*", "genev*", "gre*", "erspan*", "ipip*", "sit*", "ip6*", // tunnels
	"docker*", "podman*", "cni*", "flannel*", "cali*", "cilium*", "weave*", "kube-*", "nodelocaldns*", // networks of containers
}

// Node returns the table of Prometheus' node exporter: traffic of interfaces that
// leave the machine, and the time of its processors. Bonds, bridges, tunnels and
// what else has its traffic in a physical interface too are left out by the names
// that they usually have. Leave out others by the rules' Except.
//
// Source: https://github.com/prometheus/node_exporter.
func Node() Table {
	inner := map[string][]string{"device": inside}
	traffic := func(metric string, meter metering.MeterID) Rule {
		return Rule{Metric: metric, Kind: Counter, Meter: meter, Unit: metering.MustUnit("By"), Resource: []string{"device"},
			Except: inner, Start: bootTime, MaxRate: rate(200_000_000_000)}
	}
	return Table{Name: "node", Rules: []Rule{
		traffic("node_network_transmit_bytes_total", metering.Egress),
		traffic("node_network_receive_bytes_total", metering.Ingress),
		{
			Metric: "node_cpu_seconds_total", Kind: Counter, Meter: metering.CPUTime, Unit: metering.MustUnit("{core}.s"), Resource: []string{"cpu"}, Name: []string{"mode"},
			Only: map[string][]string{"mode": {"user", "nice", "system", "irq", "softirq"}}, Start: bootTime, MaxRate: rate(2),
		},
	}}
}

const bootTime = "node_boot_time_seconds"

// Tables returns all that are shipped.
func Tables() []Table {
	return []Table{DCGM(), AscendNPU(), HAMi(), HAMiLegacy(), Kepler(), Node()}
}

// rate returns n a second.
func rate(n int64) counter.Rate { return counter.Rate{Count: counter.Int(n), Per: second} }
