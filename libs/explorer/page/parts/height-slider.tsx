import { useEffect, useRef, useState } from 'preact/hooks';
import { useNavigation } from '../address/navigation.tsx';
import { SLIDER_REST_MS } from '../limits.ts';
import { count } from '../words/text.ts';

interface SliderProps {
  readonly from: number;
  readonly to: number;
  readonly height: number;
  readonly isNewest: boolean;
  /** Heights at which something changed. */
  readonly marks: readonly number[];
  readonly onChoose: (height: number) => void;
}

/** Goes through heights; the marks are the blocks that changed the row. */
export function HeightSlider({ from, to, height, isNewest, marks, onChoose }: SliderProps) {
  const { path } = useNavigation();
  const [held, setHeld] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  // Answers to heights on the way, and new blocks, leave the slider where the hand has it.
  useEffect(() => setHeld((now) => (now === height ? null : now)), [held, height]);
  useEffect(() => {
    if (!isNewest) return;
    clearTimeout(timer.current);
    setHeld(null);
  }, [isNewest]);
  const move = (event: { readonly currentTarget: HTMLInputElement }) => {
    const wanted = Number(event.currentTarget.value);
    setHeld(wanted);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChoose(wanted), SLIDER_REST_MS);
  };
  const shown = held ?? height;
  const width = Math.max(1, to - from);
  return (
    <div class="slider">
      <label for="height">
        height <output for="height">{count(shown)}</output>
        {isNewest && held === null && <span class="quiet"> the newest</span>}
      </label>
      <input id="height" type="range" min={from} max={to} step={1} value={shown} onInput={move} />
      <svg class="marks" viewBox={`0 0 ${width} 1`} preserveAspectRatio="none" aria-hidden="true">
        {marks.map((mark) => (
          <line key={mark} x1={mark - from} x2={mark - from} y1="0" y2="1" vector-effect="non-scaling-stroke" />
        ))}
      </svg>
      <p class="slider-ends">
        <span>{count(from)}</span>
        {isNewest ? <span>{count(to)}</span> : <a href={path}>newest, {count(to)}</a>}
      </p>
    </div>
  );
}
