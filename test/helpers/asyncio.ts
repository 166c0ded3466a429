/** What the asyncio tests' programs begin with. */
import { linesOf } from './board.ts';

export const HEAD = `
import asyncio

async def after(ms, value):
    await asyncio.sleep_ms(ms)
    return value

async def fails(ms, text):
    await asyncio.sleep_ms(ms)
    raise ValueError(text)

async def for_ever(name):
    try:
        while True:
            await asyncio.sleep(1)
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise
`;

/** Runs a program with that head and gives the lines it printed. */
export const lines = (body: string) => linesOf(`${HEAD}${body}`);
