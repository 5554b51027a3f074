import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Plot } from './row.ts';

/** A plot as an SVG that needs nothing else: drawn to a string, without a browser. */

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const SIZE = { width: 720, height: 380 };

export const drawn = (plot: Plot): string => {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  const axis = { nameLocation: 'middle', nameGap: 34 } as const;
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: { text: plot.title, left: 'center', textStyle: { fontSize: 15, fontWeight: 600 } },
    legend: { bottom: 4 },
    grid: { left: 72, right: 28, top: 48, bottom: 78 },
    xAxis: { ...axis, type: plot.logarithmic ? 'log' : 'value', name: plot.x },
    yAxis: { ...axis, type: 'value', name: plot.y, nameGap: 50, min: 0 },
    series: plot.series.map(({ name, points }) => ({
      type: 'line',
      name,
      symbolSize: 7,
      data: points.map(([x, y]) => [x, y]),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
};
