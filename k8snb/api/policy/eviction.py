"""Asks for a pod to be removed with regard to disruption budgets; posted to its eviction subresource (policy/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.meta import DeleteOptions
from k8snb.api.model import Field
from k8snb.api.object import Object


class Eviction(Object):
    """Asks for a pod to be removed with regard to disruption budgets; posted to its eviction subresource."""

    apiVersion: ClassVar[str] = "policy/v1"
    kind: ClassVar[str] = "Eviction"
    deleteOptions: DeleteOptions | None = Field(
        "*metav1.DeleteOptions", "How the pod is to be deleted when the eviction is admitted."
    )
