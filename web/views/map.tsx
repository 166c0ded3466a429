import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { BoardInfo } from '../../src/hub/boards.ts';
import type { Place, SceneRun } from '../../src/hub/scenes/messages.ts';
import { stateText, t } from '../lang/lang.ts';
import { LiveMap } from '../map/live.ts';
import type { MapModel } from '../map/model.ts';
import { Replay } from '../map/replay.ts';
import { Destination } from '../parts/destination.tsx';
import { Link } from '../parts/link.tsx';
import { MapStage } from '../parts/map.tsx';
import { Player } from '../parts/player.tsx';
import { Presence } from '../parts/presence.tsx';
import { Steering } from '../parts/steering.tsx';
import { askHub, sentenceOf } from '../state/answers.ts';
import { boardNamed } from '../state/boards.ts';
import { run, type Told } from '../state/commands.ts';
import { boardPath } from '../state/route.ts';
import { role } from '../state/socket.ts';

/** The map that an app of the hub draws of a board: to look at, to send it somewhere, to stop it, to see its last run again. */
export function MapPage({ name }: { name: string }) {
  const live = useMemo(() => new LiveMap(name), [name]);
  useEffect(() => () => live.end(), [live]);
  const card = boardNamed(name)?.card.value;
  const model = live.model.value;
  return (
    <>
      <div class="title">
        <Link to={boardPath(name)} class="back">
          ‹ {name}
        </Link>
        <h1 tabIndex={-1}>{t('map')}</h1>
        <Presence card={card} />
      </div>
      {model === null && <p>{t('noMap')}</p>}
      {model && <MapView name={name} info={card?.info ?? null} live={live} model={model} />}
    </>
  );
}

interface ViewProps {
  name: string;
  info: BoardInfo | null;
  live: LiveMap;
  model: MapModel;
}

function MapView({ name, info, live, model }: ViewProps) {
  const told = useSignal<Told | undefined>(undefined);
  const target = useSignal<Place | undefined>(undefined);
  const replay = useSignal<Replay | undefined>(undefined);
  const mayCommand = role.value === 'operator';
  const canGo = goesTo(info);
  const send = async ([x, y]: Place) => {
    const wanted: Place = [round(x), round(y)];
    target.value = wanted;
    await tell('goto', { x: wanted[0], y: wanted[1] }, t('sentTo', { place: placeText(wanted) }));
    if (target.value === wanted) target.value = undefined; // the goal that the app draws stands there now, or none does
  };
  const tell = async (command: string, args: Record<string, number>, done?: string) => {
    const sending: Told = { state: 'sending', text: t('sending') };
    told.value = sending;
    const outcome = await run(name, command, args);
    if (told.value !== sending) return; // what was pressed last is what one waits for
    told.value = outcome.state === 'done' && done !== undefined ? { ...outcome, text: done } : outcome;
  };
  const load = async () => {
    const path = `/api/v1/boards/${encodeURIComponent(name)}/scene/run`;
    const answer = await askHub(path).catch(() => undefined);
    if (!answer?.ok) {
      told.value = { state: 'failed', text: answer ? await sentenceOf(answer) : t('reconnecting') };
      return;
    }
    replay.value = new Replay((await answer.json()) as SceneRun);
    replay.value.play();
  };
  const { width, height, cell } = model.size;
  const label = t('mapOf', { name, width: round(width * cell), height: round(height * cell) });
  const drive = info?.controls?.drive;
  return (
    <div class="mapped">
      <div class="seen">
        <MapStage
          source={replay.value ?? live}
          label={label}
          target={target.value}
          onTap={mayCommand && canGo && !replay.value ? (place) => void send(place) : undefined}
        />
        {replay.value ? (
          <Player
            replay={replay.value}
            onClose={() => {
              replay.value = undefined;
            }}
          />
        ) : (
          <p class="hint">{t(!canGo ? 'noGoto' : mayCommand ? 'mapTap' : 'viewerControl')}</p>
        )}
      </div>
      <div class="beside">
        <Words name={name} live={live} />
        {info?.commands?.stop && (
          <button type="button" class="stop" disabled={!mayCommand} onClick={() => void tell('stop', {})}>
            {t('stop')}
          </button>
        )}
        <p class={`outcome is-${told.value?.state ?? 'none'}`} role="status">
          {told.value?.text}
        </p>
        {canGo && <Destination disabled={!mayCommand} onSend={(place) => void send(place)} />}
        {live.run.value && !replay.value && (
          <button type="button" class="second" onClick={() => void load()}>
            {t('replay')}
          </button>
        )}
        {drive && <Steering board={name} control="drive" status={drive} />}
      </div>
    </div>
  );
}

/** What the map shows, for whoever does not see it. */
function Words({ name, live }: { name: string; live: LiveMap }) {
  const state = boardNamed(name)?.card.value.newest.state?.[0];
  const { value: rover } = live.rover;
  const { value: goal } = live.goal;
  return (
    <>
      {typeof state === 'string' && (
        <p class="doing" role="status">
          {stateText(state)}
        </p>
      )}
      <dl class="values">
        <div>
          <dt>{t('place')}</dt>
          <dd>{rover ? placeText([rover.x, rover.y]) : '–'}</dd>
        </div>
        <div>
          <dt>{t('goal')}</dt>
          <dd>{goal ? placeText(goal) : t('nowhere')}</dd>
        </div>
      </dl>
    </>
  );
}

/** Whether the board has announced that it can be sent to a place. */
function goesTo(info: BoardInfo | null): boolean {
  const args = info?.commands?.goto?.args;
  return ['x', 'y'].every((name) => ['float', 'int'].includes(args?.[name]?.type ?? ''));
}

const placeText = ([x, y]: Place): string => `${x.toFixed(2)}, ${y.toFixed(2)} m`;

/** To the centimetre. */
const round = (metres: number): number => Math.round(metres * 100) / 100;
