"""Run by the judges' own Python: adafruit's PN532 library asks the reader at argv[1].

Prints firmware, UID, and what the card's directory answers.
"""

import sys

import serial
from adafruit_pn532.uart import PN532_UART

SELECT_PPSE = bytes.fromhex("00A404000E325041592E5359532E444446303100")
IN_DATA_EXCHANGE = 0x40
CHIP_BIT = 0x20
ANSWER_BYTES_MAX = 250


def main(link: str) -> None:
    with serial.Serial(link, 115200, timeout=1) as port:
        reader = PN532_UART(port)
        _, version, revision, _ = reader.firmware_version
        print(f"firmware {version}.{revision}")
        reader.SAM_configuration()
        uid = reader.read_passive_target(timeout=1)
        print(f"uid {uid.hex().upper() if uid else None}")
        answer = reader.call_function(
            IN_DATA_EXCHANGE, response_length=ANSWER_BYTES_MAX, params=[1, *SELECT_PPSE]
        )
        taken = answer is not None and answer[0] == 0
        print(f"ppse {bytes(answer[1:]).hex().upper() if taken else None}")


if __name__ == "__main__":
    main(sys.argv[1])
