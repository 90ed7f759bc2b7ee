// Spheres: an orthographic view of points and circles in space. A circle is seen as an ellipse, which SVG has arcs for,
// so nothing is approximated; what lies behind the sphere's outline plane is drawn apart from what lies before it.

import { element, path, round } from './svg.js';

/** The view from an azimuth (from x towards y) and an elevation in degrees: a point as [right, up, towards the viewer]. */
export function view_from(azimuth, elevation) {
  const [ca, sa] = [Math.cos((azimuth * Math.PI) / 180), Math.sin((azimuth * Math.PI) / 180)];
  const [ce, se] = [Math.cos((elevation * Math.PI) / 180), Math.sin((elevation * Math.PI) / 180)];
  return ([x, y, z]) => [ca * y - sa * x, ce * z - se * (ca * x + sa * y), ce * (ca * x + sa * y) + se * z];
}

/**
 * Paths of the parts of a circle before and behind the middle of a unit sphere that is drawn with its middle at (cx, cy)
 * and this radius. The circle is about the axis `normal` (of length 1), `along` from the middle.
 */
export function circle(view, normal, along, cx, cy, radius) {
  const [nx, ny, depth] = view(normal);
  const r = Math.sqrt(Math.max(0, 1 - along * along));
  const m = Math.hypot(nx, ny) || 1e-9;
  // P(t) = along n + r (u cos t + v sin t); u is level with the viewer, v comes towards the viewer by m.
  const at = (t) => {
    const [c, s] = [r * Math.cos(t), r * Math.sin(t)];
    return [
      cx + radius * (along * nx - (c * ny) / m - (s * depth * nx) / m),
      cy - radius * (along * ny + (c * nx) / m - (s * depth * ny) / m),
    ]
      .map(round)
      .join(' ');
  };
  const turn = (Math.atan2(-nx, -ny) * 180) / Math.PI;
  const axes = path`A${radius * r} ${radius * r * Math.abs(depth)} ${turn}`;
  const arc = (from, to) => `M${at(from)}${axes} ${to - from > Math.PI ? 1 : 0} ${depth > 0 ? 0 : 1} ${at(to)}`;
  const start = (-along * depth) / (r * m || 1e-9);
  if (Math.abs(start) >= 1) {
    const whole = arc(0, Math.PI) + arc(Math.PI, 2 * Math.PI);
    return start < 0 ? { front: whole, back: '' } : { front: '', back: whole };
  }
  const t = Math.asin(start);
  return { front: arc(t, Math.PI - t), back: arc(Math.PI - t, 2 * Math.PI + t) };
}

/** A ball with light from above left. Discs upon each other instead of a gradient, which would need an id in the page. */
export function ball(cx, cy, radius, { ball: [fill, light, strength], grid }) {
  const discs = Array.from({ length: 9 }, (_, k) => {
    const part = (k + 1) / 10;
    return element('circle', {
      cx: cx - radius * 0.36 * part,
      cy: cy - radius * 0.42 * part,
      r: radius * (1 - part) * 0.98,
      fill: light,
      'fill-opacity': strength,
    });
  });
  return element('circle', { cx, cy, r: radius, fill, stroke: grid }) + discs.join('');
}
