"""The scheduler's plugins, one a file, and the table that lists them. A plugin is added by writing its file and its row.

Preemption is no row: it is asked when all of these have refused (`defaultpreemption.py`).
"""

from __future__ import annotations

#: (module under k8snb.scheduler.plugins, class), in upstream's order: the first refusal of a node is the one that counts.
#: NodeName is not among them: a Pod that names its node never comes to the scheduler.
PLUGINS: tuple[tuple[str, str], ...] = (
    ("nodeunschedulable", "NodeUnschedulable"),
    ("tainttoleration", "TaintToleration"),
    ("nodeaffinity", "NodeAffinity"),
    ("nodeports", "NodePorts"),
    ("noderesources", "NodeResourcesFit"),
    ("volumerestrictions", "VolumeRestrictions"),
    ("volumebinding", "VolumeBinding"),
    ("podtopologyspread", "PodTopologySpread"),
    ("interpodaffinity", "InterPodAffinity"),
    ("dynamicresources", "DynamicResources"),
    ("noderesources", "NodeResourcesBalancedAllocation"),
    ("imagelocality", "ImageLocality"),
)
