"""What a printer refuses: an output format it does not understand, a template that does not fit the data."""


class PrinterError(ValueError):
    """An output cannot be printed; the message is kubectl's, without `error: ` and without the newline at its end.

    `output` is what had been written to standard output by then.
    """

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output
