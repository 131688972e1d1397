/** Which packages make a kernel, by what the archive says of its metapackage. */
import { type Apt, ARCHITECTURE, type Paragraph } from './apt.ts';

export interface Build {
  /** Of the packages. */
  readonly version: string;
  /** What the kernel calls itself. */
  readonly release: string;
  /** What to download: image, headers, those common to all flavours, programs of the build. */
  readonly packages: readonly string[];
}

/** The newest build of a series, or the one of that version; a text says why there is none. */
export async function findBuild(
  apt: Pick<Apt, 'show' | 'problem'>,
  series: string,
  version: string | undefined,
): Promise<Build | string> {
  const none = apt.problem ?? `the apt sources of this machine offer none`;
  const meta = await findMeta(apt, series, version);
  const release = /\blinux-image-([0-9][^ ,(]*)/.exec(meta?.get('Depends') ?? '')?.[1];
  const found = meta?.get('Version');
  if (release === undefined || found === undefined) return none;
  const headers = `linux-headers-${release}:${ARCHITECTURE}`;
  const paragraphs = await apt.show(headers);
  const same = paragraphs.find((one) => one.get('Version') === found);
  const parts = (same?.get('Depends') ?? '').match(/\blinux-(?:headers|kbuild)-[^ ,(|]+/g);
  if (parts === null) return `${headers} is not in the archive`;
  // Programs of the build run here, so they are of the machine's own architecture.
  const image = `linux-image-${release}:${ARCHITECTURE}=${found}`;
  return { version: found, release, packages: [image, `${headers}=${found}`, ...parts] };
}

/** A series of its own, or the one the distribution has as its usual kernel. */
async function findMeta(
  apt: Pick<Apt, 'show'>,
  series: string,
  version: string | undefined,
): Promise<Paragraph | undefined> {
  for (const name of [`linux-image-${series}-${ARCHITECTURE}`, `linux-image-${ARCHITECTURE}`]) {
    const paragraphs = await apt.show(`${name}:${ARCHITECTURE}`);
    const meta = paragraphs.find((one) => {
      const its = one.get('Version') ?? '';
      return version === undefined ? its.startsWith(`${series}.`) : its === version;
    });
    if (meta !== undefined) return meta;
  }
  return undefined;
}
